// What the screens share: each thing is looked at by itself.

import { createPinia, setActivePinia } from "pinia";
import { beforeEach, describe, expect, test } from "vitest";
import type { Backend } from "../src/backend";
import type { Bid, Call, Seal, Tokens } from "../src/generated/screens";
import { useDesk } from "../src/stores/desk";

const NONE: Tokens = { tokens: [], modules: [], failure: null };
const BROKEN = { code: "token.module_failed", message: "m", hint: "h", data: {} };

/** A backend that gives what is given here by call. */
function answering(answers: Partial<Record<Call["do"], () => Promise<unknown>>>): Backend {
  return { call: (call: Call) => answers[call.do]?.() ?? Promise.resolve(null) } as unknown as Backend;
}

describe("looking at what is here", () => {
  beforeEach(() => {
    setActivePinia(createPinia());
  });
  const bids = () => Promise.resolve([{ id: "a" } as Bid]);
  const seals = () => Promise.resolve([] as Seal[]);

  test("a key that does not answer keeps no bid from being shown", async () => {
    const desk = useDesk();
    let answer: (tokens: Tokens) => void = () => undefined;
    const slow = new Promise<Tokens>((resolve) => {
      answer = resolve;
    });
    const looked = desk.look(answering({ tokens: () => slow, bids, seals }));
    await expect.poll(() => desk.bids?.length).toBe(1);
    expect([desk.tokens, desk.looking]).toEqual([null, true]);
    answer(NONE);
    await looked;
    expect([desk.tokens, desk.looking]).toEqual([NONE, false]);
  });

  test("what fails is told, and what was seen before stays", async () => {
    const desk = useDesk();
    await desk.look(answering({ tokens: () => Promise.resolve(NONE), bids, seals }));
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the program rejects with its own shape
    await desk.look(answering({ tokens: () => Promise.reject(BROKEN), bids, seals }));
    expect(desk.failure?.code).toBe("token.module_failed");
    expect([desk.tokens, desk.bids?.length]).toEqual([NONE, 1]);
    await desk.look(answering({ tokens: () => Promise.resolve(NONE), bids, seals }));
    expect(desk.failure).toBeNull();
  });
});
