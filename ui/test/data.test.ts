// What the screen “about” tells: licences of everything that is shipped, and contacts with where they come from.

import { describe, expect, test } from "vitest";
import contacts from "../src/data/authorities.json";
import licences from "../src/data/licences.json";
import { shippedCrates, shippedPackages } from "../shipped.mjs";

describe("licences", () => {
  const known: Record<string, Record<string, string>> = licences;
  test.each([
    ["crates", shippedCrates()],
    ["packages", shippedPackages()],
  ])("every one of the %s in the locks has one", (of, shipped) => {
    expect(shipped.length).toBeGreaterThan(10);
    const without = shipped.filter(({ name }) => (known[of]?.[name] ?? "UNKNOWN") === "UNKNOWN");
    expect(without, "npm run licences -w ui").toEqual([]);
  });

  test("each can be met by naming it", () => {
    const free = /Apache|MIT|BSD|ISC|Zlib|Unicode|Unlicense|CC0|MPL-2\.0|0BSD|BSL/;
    const all = [...Object.entries(licences.crates), ...Object.entries(licences.packages)];
    expect(all.filter(([, licence]) => !free.test(licence))).toEqual([]);
  });
});

describe("contacts of authorities", () => {
  test("each names its source, and none that was not verified calls itself so", () => {
    for (const one of contacts.authorities) {
      expect(one.source.length, one.name.en).toBeGreaterThan(10);
      expect(one.confirmed, one.name.en).toBe(false);
      for (const number of [...one.phone, ...one.qq]) expect(number).toMatch(/^[\d-]{6,}$/);
    }
  });

  test("both languages name it and say what for", () => {
    for (const one of contacts.authorities) {
      for (const told of [one.name, one.for]) {
        expect(told["zh-CN"]).toMatch(/\p{Script=Han}|CA/u);
        expect(told.en).not.toMatch(/\p{Script=Han}/u);
      }
    }
  });
});
