// What the screens work out by themselves.

import { describe, expect, test } from "vitest";
import type { Bid, Certificate, Chosen, Seal, Signature, StampedFile, Token } from "../src/generated/screens";
import { axesOf } from "../src/logic/axes";
import { after, reasons, sameFolder, undone, without } from "../src/logic/batch";
import { keyState } from "../src/logic/keyState";
import { nextStep, unopened } from "../src/logic/nextStep";
import { inPageSet, isPageSet } from "../src/logic/pages";
import { kept, pageSize, placeAt } from "../src/logic/placement";
import { bidsOf, documentsOf, screenFor, type Screen } from "../src/logic/route";
import { shownSize } from "../src/logic/size";
import { countdown, countdownWord, daysUntil, rfc3339, secondsLeft } from "../src/logic/time";
import { BEIJING, clockTime, offsetOf } from "../src/logic/zone";

const NOW = new Date("2026-11-21T00:00:00Z");

function token(validTo: string | null, pin: Partial<Token["pin"]> = {}): Token {
  const certificate = validTo === null ? null : ({ valid_to: validTo } as Certificate);
  return {
    keys: [{ container: "1", use: "sign", algorithm: "SM2", certificate }],
    pin: { initialised: true, is_default: false, max: 10, remaining: 10, state: "ok", length: [6, 16], ...pin },
  } as unknown as Token;
}

describe("a key's state", () => {
  const good = "2027-11-21T00:00:00Z";
  test.each([
    ["ready", "none", token(good)],
    ["locked", "unblock", token(good, { state: "locked", remaining: 0 })],
    ["not_activated", "activate", token(good, { is_default: true })],
    ["no_certificate", "import", token(null)],
    ["expired", "renew", token("2026-11-01T00:00:00Z")],
    ["running_out", "none", token(good, { remaining: 3 })],
    ["running_out", "none", token(good, { remaining: null, state: "low" })],
    ["ends_soon", "renew", token("2026-12-24T00:00:00Z")],
  ])("%s", (word, next, given) => {
    expect(keyState(given, NOW)).toMatchObject({ word, next });
  });

  test("the worst comes first", () => {
    expect(keyState(token("2026-11-01T00:00:00Z", { state: "locked", is_default: true }), NOW).word).toBe("locked");
  });

  test("an old certificate that stays for old bids makes nobody renew the new one", () => {
    const [old, fresh] = [token("2026-11-01T00:00:00Z"), token("2027-11-21T00:00:00Z")];
    expect(keyState({ ...old, keys: [...old.keys, ...fresh.keys] }, NOW)).toMatchObject({ word: "ready", days: 365 });
  });
});

describe("the next step", () => {
  const seal = { name: "公章" } as Seal;
  const ready = token("2027-11-21T00:00:00Z");
  const fresh = { ...token(null, { is_default: true }), serial: "new" };
  const bid = (hours: number | null, state = "waiting", rehearsed = ""): Bid =>
    ({
      state,
      attempts: rehearsed === "" ? [] : [{ at: "", operation: "rehearse", result: rehearsed }],
      opens_at: hours === null ? null : new Date(NOW.getTime() + hours * 3_600_000).toISOString(),
    }) as Bid;
  test.each([
    ["a deadline that has come", "open_now", { tokens: [fresh], bids: [bid(30), bid(-1)], seals: [] }],
    ["a deadline within a day", "opens_soon", { tokens: [], bids: [bid(5)], seals: [] }],
    ["one that was opened on trial", "opens_ready", { tokens: [], bids: [bid(5, "waiting", "done")], seals: [] }],
    ["one whose trial failed", "opens_soon", { tokens: [], bids: [bid(5, "waiting", "token.pin_wrong")], seals: [] }],
    ["no key", "plug_in", { tokens: [], bids: [bid(48)], seals: [] }],
    [
      "a key that waits for its activation beside a good one",
      "repair_key",
      { tokens: [ready, fresh], bids: [], seals: [] },
    ],
    ["only an expired key", "repair_key", { tokens: [token("2026-01-01T00:00:00Z")], bids: [], seals: [seal] }],
    [
      "an old key beside a good one",
      "ready",
      { tokens: [token("2026-01-01T00:00:00Z"), ready], bids: [], seals: [seal] },
    ],
    ["no seal", "add_seal", { tokens: [ready], bids: [], seals: [] }],
    ["nothing missing", "ready", { tokens: [ready], bids: [bid(-9, "opened"), bid(null)], seals: [seal] }],
  ])("%s: %s", (_, word, found) => {
    expect(nextStep(found, NOW)?.word).toBe(word);
  });

  test("is not guessed before the keys were looked at, but a deadline is told", () => {
    expect(nextStep({ tokens: null, bids: [], seals: [] }, NOW)).toBeNull();
    expect(nextStep({ tokens: null, bids: [bid(1)], seals: null }, NOW)?.word).toBe("opens_soon");
  });

  test("leads to the key that it is about", () => {
    expect(nextStep({ tokens: [ready, fresh], bids: [], seals: [] }, NOW)?.token?.serial).toBe("new");
  });

  test("bids come in the order of their openings, those without one last", () => {
    const all = [bid(null), bid(48), bid(2, "opened"), bid(-1), bid(5)];
    expect(unopened(all, NOW)).toEqual([bid(-1), bid(5), bid(48), bid(null)]);
  });
});

describe("page sets", () => {
  test("are read as the program reads them", () => {
    for (const good of ["all", "odd", "even", "last", "1", "1,3-5", "2-2"]) expect(isPageSet(good), good).toBe(true);
    for (const bad of ["", "0", "3-1", "1,,2", "x", "-1", "1-"]) expect(isPageSet(bad), bad).toBe(false);
  });

  test("name the pages that get the seal", () => {
    const pages = (set: string): number[] => [1, 2, 3, 4, 5, 6].filter((page) => inPageSet(set, page, 6));
    expect(pages("1,3-5")).toEqual([1, 3, 4, 5]);
    expect(pages("odd")).toEqual([1, 3, 5]);
    expect(pages("last")).toEqual([6]);
    expect(pages("even")).toEqual([2, 4, 6]);
  });
});

describe("a seal's place", () => {
  const a4 = pageSize(595.276, 841.89);

  test("is in millimetres of the page, whatever the zoom", () => {
    expect(a4.x).toBeCloseTo(210, 3);
    for (const shown of [300, 620, 1240]) {
      const place = placeAt({ x: shown / 2, y: (shown / 2) * (297 / 210) }, shown, a4);
      expect(place.x).toBeCloseTo(105, 2);
      expect(place.y).toBeCloseTo(148.5, 2);
    }
  });

  test("keeps the whole seal on the page", () => {
    const seal = { x: 42, y: 42 };
    expect(kept({ x: -5, y: 400 }, seal, a4)).toEqual({ x: 21, y: 276 });
    expect(kept({ x: 100.04, y: 99.96 }, seal, a4)).toEqual({ x: 100, y: 100 });
    expect(kept({ x: 0, y: 0 }, { x: 300, y: 42 }, a4).x).toBeCloseTo(105, 1);
  });
});

describe("times and sizes", () => {
  test("days and countdowns", () => {
    expect(daysUntil("2026-11-22T12:00:00Z", NOW)).toBe(1);
    expect(daysUntil("2026-11-20T23:00:00Z", NOW)).toBe(-1);
    expect(countdown(90_061)).toEqual({ days: 1, hours: 1, minutes: 1 });
    expect([86_400, 3600, 3599].map(countdownWord)).toEqual(["days", "hours", "minutes"]);
    expect(secondsLeft("2026-11-21T00:01:00Z", NOW)).toBe(60);
    expect([secondsLeft(null, NOW), secondsLeft("soon", NOW)]).toEqual([null, null]);
  });

  test("a local date names its offset and is the same moment", () => {
    const at = new Date("2026-12-01T09:30:00Z");
    expect(rfc3339(at)).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$/);
    expect(Date.parse(rfc3339(at))).toBe(at.getTime());
  });

  test("sizes have three digits", () => {
    expect([0, 999, 1000, 12_345, 1_234_567_890].map(shownSize)).toEqual([
      "0 B",
      "999 B",
      "1.00 kB",
      "12.3 kB",
      "1.23 GB",
    ]);
  });
});

describe("a time zone", () => {
  test("is told by its distance from UTC, also where that is no whole hour", () => {
    expect([480, -300, 345, -210, 0].map(offsetOf)).toEqual([
      "UTC+08:00",
      "UTC-05:00",
      "UTC+05:45",
      "UTC-03:30",
      "UTC+00:00",
    ]);
  });

  test("has its own clock, with the day of the week", () => {
    const at = new Date("2026-12-01T01:30:00Z");
    expect(clockTime(at, "zh-CN", BEIJING.name)).toBe("2026年12月1日星期二 09:30");
    expect(clockTime(at, "en", "America/New_York")).toContain("Monday, November 30, 2026");
  });
});

describe("files find their screen", () => {
  const file = (name: string): Chosen => ({ id: 1, name, place: "", size: 1, folder: false });
  const led = (current: Screen, dropped: boolean, ...names: string[]): Screen =>
    screenFor(names.map(file), current, dropped);
  test("by their endings, where the screen that is shown has no use for them", () => {
    expect(led("home", true, "a.bid")).toBe("open");
    expect(led("home", true, "a.PDF", "b.pdf")).toBe("stamp");
    expect(led("home", true, "a.p7s")).toBe("verify");
    expect(led("home", true, "a.png")).toBe("seals");
    expect(led("open", true, "a.docx")).toBe("verify");
  });

  test("and what the screen that is shown has a use for, it keeps", () => {
    expect(led("verify", true, "a.pdf")).toBe("verify");
    expect(led("encrypt", true, "a.pdf", "b.bid", "c.png")).toBe("encrypt");
    expect(led("stamp", true, "a.pdf", "b.docx")).toBe("stamp");
    expect(led("stamp", true, "b.docx"), "it says what it takes").toBe("stamp");
    expect(documentsOf([file("a.pdf"), file("b.docx")])).toHaveLength(1);
    expect(bidsOf([file("a.pdf")])).toEqual([]);
  });

  test("a bid that is opened from outside is opened, whatever is shown", () => {
    const screens = ["home", "stamp", "encrypt", "verify", "seals", "settings", "open"] as const;
    expect(new Set(screens.map((screen) => led(screen, false, "a.bid")))).toEqual(new Set(["open"]));
    expect(led("verify", true, "a.bid"), "a dropped one can be verified").toBe("verify");
  });
});

describe("a batch of documents", () => {
  const file = (id: number, name = `${id.toString()}.pdf`): Chosen => ({ id, name, place: "", size: 1, folder: false });
  const done = (id: number): StampedFile => ({ name: "", output: file(id + 100), verdict: "valid", error: null });
  const failed = (name: string, code: string): StampedFile => ({
    name,
    output: null,
    verdict: null,
    error: { code, message: code, hint: "", data: {} },
  });
  const files = [1, 2, 3].map((id) => file(id));

  test("goes on with what is left, and keeps what is done", () => {
    const first = after(new Map(), [1, 2, 3], [done(1), failed("2.pdf", "token.removed"), failed("3.pdf", "x")]);
    expect(undone(files, first).map((one) => one.id)).toEqual([2, 3]);
    const second = after(first, [2, 3], [done(2), failed("3.pdf", "x")]);
    expect(undone(files, second).map((one) => one.id)).toEqual([3]);
    expect(
      undone(files, without(second, 1)).map((one) => one.id),
      "deliberately",
    ).toEqual([1, 3]);
    expect(undone([...files, file(4)], second).map((one) => one.id)).toEqual([3, 4]);
  });

  test("lies in one folder, unless something there has the same name", () => {
    const folder = file(9, "已盖章");
    expect(sameFolder(folder, new Set(["1.pdf"]), [file(2)])).toBe(folder);
    expect(sameFolder(folder, new Set(["1.pdf"]), [file(2), file(7, "1.pdf")])).toBeNull();
    expect(sameFolder(null, new Set(), files)).toBeNull();
  });

  test("tells each reason once", () => {
    const all = [done(1), failed("a", "token.removed"), failed("b", "token.removed"), failed("c", "pdf.locked")];
    expect(reasons(all).map(({ error, names }) => [error.code, names])).toEqual([
      ["token.removed", ["a", "b"]],
      ["pdf.locked", ["c"]],
    ]);
  });
});

describe("the facts about a signature", () => {
  const good: Signature = {
    name: "1",
    signer: "CN=a",
    certificate: "",
    time: { value: null, source: "none" },
    intact: true,
    signature: true,
    coverage: "whole",
    changes_after: "none",
    pages_changed: [],
    seal: "absent",
    chain: "trusted",
    revocation: "not_checked",
    reasons: [],
  };
  test("unknown is never good", () => {
    const level = (changed: Partial<Signature>, name: string) =>
      axesOf({ ...good, ...changed }).find((axis) => axis.name === name)?.level;
    const levels = axesOf(good).map((axis) => axis.level);
    expect(levels, "what is not there or was not looked at is not good").toEqual([
      "good",
      "good",
      "good",
      "good",
      "none",
      "good",
      "none",
    ]);
    expect(level({ chain: "untrusted" }, "chain")).toBe("note");
    expect(level({ chain: "unknown" }, "chain")).toBe("note");
    expect(level({ revocation: "unknown" }, "revocation")).toBe("note");
    expect(level({ chain: "expired" }, "chain")).toBe("problem");
    expect(level({ intact: false }, "intact")).toBe("problem");
    expect(level({ changes_after: "other" }, "changes_after")).toBe("problem");
  });
});
