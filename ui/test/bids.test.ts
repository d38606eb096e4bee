// What the screens for bids and verdicts work out by themselves.

import { describe, expect, test } from "vitest";
import type { Bid, Certificate, Outside } from "../src/generated/screens";
import { encryptChecks, type Planned } from "../src/logic/encryptChecks";
import { holderOf } from "../src/logic/holder";
import { hasFallback, neededKey, openers } from "../src/logic/neededKey";
import type { Held } from "../src/stores/desk";

const NOW = new Date("2026-11-21T00:00:00Z");
const certificate = (days: number, holder = "某某公司"): Certificate =>
  ({ holder, valid_to: new Date(NOW.getTime() + days * 86_400_000).toISOString() }) as Certificate;
const planned: Planned = {
  count: 2,
  room: { content: 100, free: 1000 },
  needed: 100,
  certificate: certificate(300),
  anyKey: true,
  bidder: "某某公司",
  opensAt: new Date("2026-12-01T01:30:00Z"),
};
const said = (changed: Partial<Planned>): string[] =>
  encryptChecks({ ...planned, ...changed }, NOW).map(
    ({ word, level, blocks }) => `${word} ${level}${blocks ? "!" : ""}`,
  );

describe("the checks before a bid is encrypted", () => {
  test("are all good when nothing is missing", () => {
    expect(said({})).toEqual(["content good", "room good", "key good", "lasts good", "opening good"]);
  });

  test.each<[string, Partial<Planned>, string]>([
    ["nothing was added", { count: 0 }, "content_missing note!"],
    ["the disk is too full for bid and plain copy", { needed: 1001 }, "no_room problem!"],
    ["no key is plugged in", { anyKey: false, certificate: undefined }, "no_key problem!"],
    ["no certificate is chosen", { certificate: undefined }, "key_missing note!"],
    ["the certificate is another company's", { bidder: "别的公司" }, "other_holder note"],
    ["the certificate ends before the opening", { certificate: certificate(5) }, "ends_before problem"],
    ["the certificate is renewed soon", { certificate: certificate(60) }, "ends_soon note"],
    ["no opening time is known", { opensAt: null }, "opening_missing note"],
    ["the opening time is past", { opensAt: new Date("2026-11-20T00:00:00Z") }, "opening_past problem!"],
  ])("%s", (_, changed, wanted) => {
    expect(said(changed)).toContain(wanted);
  });

  test("a folder that could not be measured keeps nobody from encrypting", () => {
    expect(said({ room: null })[0]).toBe("content_unmeasured good");
  });
});

describe("the key that opens a bid", () => {
  const outside = {
    root: "r",
    recipients: [
      { role: "bidder", label: "某某公司", serial: "5f" },
      { role: "password", label: "", serial: "" },
    ],
  } as Outside;
  const device = { label: "投标专用", serial: "BS-1", seen_at: "2026-11-01T00:00:00Z" };
  const ledger = (root: string): Bid[] => [
    {
      root,
      recipients: [{ role: "bidder", holder: "", serial: "5f", device, here: false, renewed: true }],
    } as unknown as Bid,
  ];
  const held = (serial: string): Held => ({
    certificate: { serial } as Certificate,
    serial: "BS-1",
    label: "投标专用",
  });

  test("is named when it is here", () => {
    expect(neededKey(openers(outside, [held("77"), held("5f")], []))).toMatchObject({ word: "can", held: held("5f") });
  });

  test("is named by the ledger when it is not here, and told from its renewed successor", () => {
    const all = openers(outside, [held("77")], ledger("r"));
    expect(neededKey(all)).toEqual({ word: "needs_one", device });
    expect(all[0]?.renewed).toBe(true);
  });

  test("another bid's ledger says nothing, and a password is a way in", () => {
    expect(neededKey(openers(outside, [], ledger("other")))).toEqual({ word: "can_password" });
    const alone = { ...outside, recipients: outside.recipients.slice(0, 1) };
    expect(neededKey(openers(alone, [held("")], []))).toEqual({ word: "needs_unknown" });
  });

  test("other ways are offered for what another way can help with", () => {
    expect(["bid.tampered", "bid.no_recipient", "token.removed"].map(hasFallback)).toEqual([true, true, true]);
    expect(["disk.full", "output.exists", "internal"].map(hasFallback)).toEqual([false, false, false]);
  });
});

describe("a distinguished name", () => {
  test.each([
    ["CN=某某公司,O=某某,C=CN", "某某公司"],
    ["C=CN, O=a, CN=b", "b"],
    ["CN=Smith\\, Sons,C=CN", "Smith, Sons"],
    ["O=no common name", "O=no common name"],
    ['CN=<img src=x onerror="hacked=1">,C=CN', '<img src=x onerror="hacked=1">'],
  ])("%s", (name, holder) => {
    expect(holderOf(name)).toBe(holder);
  });
});
