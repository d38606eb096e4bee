// The one thing that a person should do next, out of everything that is here.

import type { Bid, Seal, Token } from "../generated/screens";
import { keyState, type Level } from "./keyState";
import type { Screen } from "./route";
import { secondsLeft } from "./time";

/** What to do, in a word of the screens, and where. */
export interface Next {
  word: "open_now" | "opens_soon" | "opens_ready" | "plug_in" | "repair_key" | "add_seal" | "ready";
  level: Level;
  screen: Screen;
  bid?: Bid;
  token?: Token;
}

/** What was found; absent what was not yet looked at. */
export interface Found {
  tokens: readonly Token[] | null;
  bids: readonly Bid[] | null;
  seals: readonly Seal[] | null;
}

const DAY = 86_400;

/** Bids that were not opened yet, the next opening first. */
export function unopened(bids: readonly Bid[], now: Date): Bid[] {
  const left = (bid: Bid): number => secondsLeft(bid.opens_at, now) ?? Infinity;
  return bids.filter((bid) => ["waiting", "sealing"].includes(bid.state)).sort((a, b) => left(a) - left(b));
}

/** The next step: first what has a deadline, then what keeps a key from being used, then what is missing for work. */
export function nextStep({ tokens, bids, seals }: Found, now: Date): Next | null {
  const bid = unopened(bids ?? [], now)[0];
  const left = bid ? secondsLeft(bid.opens_at, now) : null;
  if (bid && left !== null && left <= 0) return { word: "open_now", level: "problem", screen: "open", bid };
  if (bid && left !== null && left <= DAY) {
    const tried = bid.attempts.some((one) => one.operation === "rehearse" && one.result === "done");
    return { word: tried ? "opens_ready" : "opens_soon", level: tried ? "good" : "note", screen: "open", bid };
  }
  if (!tokens) return null;
  if (tokens.length === 0) return { word: "plug_in", level: "note", screen: "check" };
  const ready = tokens.some((token) => ["ready", "ends_soon", "running_out"].includes(keyState(token, now).word));
  const ill = tokens.find((token) => ["activate", "unblock"].includes(keyState(token, now).next));
  const first = ill ?? (ready ? undefined : tokens[0]);
  if (first) return { word: "repair_key", level: "note", screen: "certificates", token: first };
  if (seals?.length === 0) return { word: "add_seal", level: "good", screen: "seals" };
  return { word: "ready", level: "good", screen: "stamp" };
}
