// The portal guide against the SDK: what it says about errors, addresses and calls is what the SDK does.

import { readFileSync } from "node:fs";
import { resolve } from "node:path";

import { describe, expect, test } from "vitest";

import { Bidseal } from "../src/index";
import { inOrder, requestsTo, socketTo, PORTS, SECURE_PORTS } from "../src/endpoint";
import { catalogue } from "../src/words";
import { FakeAgent } from "./support/fake";

const GUIDES = ["portal-guide.md", "portal-guide.zh-CN.md"];

/** The cells of each row of the table whose heading has so many columns and this word first. */
function rows(guide: string, heading: string, columns: number): string[][] {
  const lines = guide.split("\n");
  const start = lines.findIndex((line) => line.startsWith(`| ${heading} |`) && line.split("|").length === columns + 2);
  const end = lines.findIndex((line, at) => at > start && !line.startsWith("|"));
  return lines.slice(start + 2, end).map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

describe.each(GUIDES)("%s", (name) => {
  const guide = readFileSync(resolve(import.meta.dirname, "../../docs", name), "utf8");

  test("has for every error of the SDK when it is thrown, the likely reason and what to do, and no other", () => {
    const table = rows(guide, name.includes("zh") ? "代码" : "code", 4);
    expect(table.map(([code]) => code).sort()).toEqual(
      Object.keys(catalogue)
        .map((code) => `\`${code}\``)
        .sort(),
    );
    for (const row of table) {
      expect(row.filter((cell) => cell.length > 1)).toHaveLength(4);
    }
  });

  test("lists every address that the SDK tries in the line for the content security policy", () => {
    const line = /^connect-src 'self' (.*)$/m.exec(guide)?.[1]?.split(" ");
    const endpoints = inOrder(new FakeAgent().surroundings(), PORTS, SECURE_PORTS).flat();
    expect(line).toEqual(endpoints.flatMap((one) => [requestsTo(one), new URL(socketTo(one)).origin]));
  });

  test("names only calls that exist", () => {
    const bidseal = new Bidseal({ surroundings: new FakeAgent().surroundings() }) as unknown as Record<string, unknown>;
    const calls = rows(guide, name.includes("zh") ? "调用" : "call", 2).flatMap(([cell]) => [
      ...(cell ?? "").matchAll(/`([a-zA-Z.]+)\(/g),
    ]);
    expect(calls.length).toBeGreaterThan(15);
    for (const [, path = ""] of calls) {
      const found = path.split(".").reduce<unknown>((at, part) => (at as Record<string, unknown>)[part], bidseal);
      expect(found, path).toBeTypeOf("function");
    }
  });
});
