// The state of a key in one word, the worst first, and what to do next.

import type { Certificate, Token } from "../generated/screens";
import { daysUntil } from "./time";

/** How much it matters. */
export type Level = "good" | "note" | "problem";

/** What to do next, as a word of the screens. */
export type NextStep = "activate" | "unblock" | "import" | "renew" | "none";

/** The state of a key. */
export interface KeyState {
  word: "locked" | "not_activated" | "no_certificate" | "expired" | "running_out" | "ends_soon" | "ready";
  level: Level;
  next: NextStep;
  /** Days that the certificate with the next end is still valid; negative when none is. */
  days: number | null;
}

const SOON = 90;
const FEW = 3;

/** Every certificate of a key. */
export function certificates(token: Token): Certificate[] {
  return token.keys.flatMap((key) => (key.certificate ? [key.certificate] : []));
}

/** The state of a key at a moment. */
export function keyState(token: Token, now: Date): KeyState {
  const all = certificates(token).map((certificate) => daysUntil(certificate.valid_to, now));
  // Old keys stay for old bids: what counts is what is still valid, as long as anything is.
  const valid = all.filter((left) => left >= 0);
  const days = all.length > 0 ? Math.min(...(valid.length > 0 ? valid : all)) : null;
  const state = (word: KeyState["word"], level: Level, next: NextStep): KeyState => ({ word, level, next, days });
  if (token.pin.state === "locked") return state("locked", "problem", "unblock");
  if (token.pin.is_default === true || !token.pin.initialised) return state("not_activated", "problem", "activate");
  if (days === null) return state("no_certificate", "note", "import");
  if (days < 0) return state("expired", "problem", "renew");
  const few = token.pin.remaining !== null && token.pin.remaining <= FEW;
  if (few || ["low", "final_try"].includes(token.pin.state)) return state("running_out", "note", "none");
  if (days < SOON) return state("ends_soon", "note", "renew");
  return state("ready", "good", "none");
}
