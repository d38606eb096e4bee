// Both languages are complete, and no word of a screen stands outside them.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "vue/compiler-sfc";
import { describe, expect, test } from "vitest";
import programEnglish from "../../crypto-core/client/messages/en.json";
import programChinese from "../../crypto-core/client/messages/zh-CN.json";
import english from "../src/words/en.json";
import chinese from "../src/words/zh-CN.json";

const SOURCES = join(import.meta.dirname, "../src");
const HAN = /\p{Script=Han}/u;
type Words = { [key: string]: string | Words };

function flat(words: Words, before = ""): Map<string, string> {
  const all = new Map<string, string>();
  for (const [key, value] of Object.entries(words)) {
    if (typeof value === "string") all.set(before + key, value);
    else for (const [inner, text] of flat(value, `${before}${key}.`)) all.set(inner, text);
  }
  return all;
}
const [zh, en] = [flat(chinese), flat(english)];
const files = readdirSync(SOURCES, { recursive: true, encoding: "utf8" });
const sources = files.filter((name) => /\.(vue|ts)$/.test(name) && !/fake|generated|\.d\.ts/.test(name));
const textOf = (name: string): string => readFileSync(join(SOURCES, name), "utf8");

describe("the two languages", () => {
  test("have the same keys and the same places for facts", () => {
    expect([...zh.keys()].sort()).toEqual([...en.keys()].sort());
    const places = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();
    for (const [key, text] of zh) expect(places(text), key).toEqual(places(en.get(key) ?? ""));
  });

  test("are each in their own script", () => {
    // A separator between facts has no word to translate.
    const wordless = (text: string): boolean => !/\p{L}/u.test(text.replace(/\{\w+\}/g, ""));
    for (const [key, text] of zh) expect(HAN.test(text) || wordless(text) || key.endsWith("kind.pin"), key).toBe(true);
    for (const [key, text] of en) expect(HAN.test(text), key).toBe(false);
  });
});

describe("the screens", () => {
  test("name only keys that exist", () => {
    for (const name of sources) {
      for (const [, key] of textOf(name).matchAll(/\bt\(\s*"([^"]+)"/g))
        expect(zh.has(key ?? ""), `${name}: ${key ?? ""}`).toBe(true);
      for (const [, start] of textOf(name).matchAll(/\bt\(\s*`([^`$]+)\$\{/g)) {
        expect(
          [...zh.keys()].some((key) => key.startsWith(start ?? "")),
          `${name}: ${start ?? ""}`,
        ).toBe(true);
      }
    }
  });

  test("need every word that there is", () => {
    const all = sources.map(textOf).join("\n");
    const whole = new Set([...all.matchAll(/["'`]([a-z][\w-]*(?:\.[\w-]+)+)["'`]/g)].map(([, key]) => key ?? ""));
    // A template such as `key.${state}` or `practice.step.${step}.title` stands for every key of its form.
    const forms = [...all.matchAll(/`([a-z][\w-]*\.[^`\s]*\$\{[^`]*)`/g)].map(([, form]) => {
      const parts = (form ?? "").split(/\$\{[^}]*\}/).map((part) => part.replaceAll(".", "\\."));
      return new RegExp(`^${parts.join("[\\w.-]+")}$`);
    });
    const unused = [...zh.keys()].filter((key) => !whole.has(key) && !forms.some((form) => form.test(key)));
    expect(unused).toEqual([]);
  });

  test("say what to do in words of their own where the program names a command", () => {
    // These cannot happen where nobody types options.
    const elsewhere = /^(usage\.|secret\.no_terminal|consent\.no_terminal|bid\.committee)/;
    const command = /bidseal [a-z]|--[a-z]|`| -[a-z]\b|chmod/;
    for (const [catalogue, words] of [
      [programEnglish, en],
      [programChinese, zh],
    ] as const) {
      const sections = catalogue as unknown as Record<string, Record<string, { hint: string }>>;
      for (const section of ["failure", "reason", "finding"]) {
        for (const [code, { hint }] of Object.entries(sections[section] ?? {})) {
          if (!command.test(hint) || elsewhere.test(code)) continue;
          const own = words.get(`hint.${code.replaceAll(".", "_")}`);
          expect(own, code).toBeDefined();
          expect(own, code).not.toMatch(command);
        }
      }
    }
  });

  test("have no text of their own", () => {
    for (const name of sources.filter((one) => one.endsWith(".vue"))) {
      const template = parse(textOf(name)).descriptor.template?.content ?? "";
      const bare = template.replace(/\{\{[\s\S]*?\}\}/g, "").replace(/<(?:"[^"]*"|'[^']*'|[^>"'])*>/g, "\n");
      expect(bare.match(/\p{L}+/gu) ?? [], name).toEqual([]);
      expect(template.match(/\s(?:title|alt|placeholder|aria-label|label)="/g) ?? [], name).toEqual([]);
    }
  });

  test("never insert HTML", () => {
    for (const name of sources) expect(textOf(name), name).not.toMatch(/v-html|innerHTML|insertAdjacentHTML/);
  });
});
