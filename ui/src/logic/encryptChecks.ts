// What stands between a person and an encrypted bid that will open: each answered before the button is pressed.

import type { Certificate, Room } from "../generated/screens";
import type { Level } from "./keyState";

/** What is known so far. */
export interface Planned {
  /** Files and folders that go in. */
  count: number;
  /** Their size and what is free, once it was measured. */
  room: Room | null;
  /** Bytes that will be written. */
  needed: number;
  /** The bidder's certificate; absent while none is chosen. */
  certificate: Certificate | undefined;
  /** Whether any certificate could be chosen. */
  anyKey: boolean;
  /** The bidder as typed. */
  bidder: string;
  /** When the bid is opened; absent while it is not typed. */
  opensAt: Date | null;
}

/** One check, by its word; what blocks keeps the bid from being made. */
export interface EncryptCheck {
  word:
    | "content_missing"
    | "content"
    | "content_unmeasured"
    | "room"
    | "no_room"
    | "no_key"
    | "key_missing"
    | "key"
    | "other_holder"
    | "ends_before"
    | "ends_soon"
    | "lasts"
    | "lasts_unknown"
    | "opening_missing"
    | "opening_past"
    | "opening";
  level: Level;
  blocks: boolean;
}

const SOON = 90 * 86_400_000;
const check = (word: EncryptCheck["word"], level: Level, blocks = false): EncryptCheck => ({ word, level, blocks });

/** Every check in the order of the steps. */
export function encryptChecks(planned: Planned, now: Date): EncryptCheck[] {
  return [...content(planned), ...key(planned, now), opening(planned, now)];
}

function content({ count, room, needed }: Planned): EncryptCheck[] {
  if (count === 0) return [check("content_missing", "note", true)];
  if (!room) return [check("content_unmeasured", "good")];
  const fits = needed <= room.free;
  return [check("content", "good"), fits ? check("room", "good") : check("no_room", "problem", true)];
}

function key({ certificate, anyKey, bidder, opensAt }: Planned, now: Date): EncryptCheck[] {
  if (!anyKey) return [check("no_key", "problem", true)];
  if (!certificate) return [check("key_missing", "note", true)];
  const typed = bidder.trim();
  const own = typed === "" || typed === certificate.holder.trim();
  return [own ? check("key", "good") : check("other_holder", "note"), lasting(certificate, opensAt, now)];
}

/** A key that is renewed before the opening cannot open what was encrypted for the old one. */
function lasting(certificate: Certificate, opensAt: Date | null, now: Date): EncryptCheck {
  const end = Date.parse(certificate.valid_to);
  if (opensAt && end < opensAt.getTime()) return check("ends_before", "problem");
  if (end - now.getTime() < SOON) return check("ends_soon", "note");
  return check(opensAt ? "lasts" : "lasts_unknown", "good");
}

function opening({ opensAt }: Planned, now: Date): EncryptCheck {
  if (!opensAt) return check("opening_missing", "note");
  return opensAt.getTime() <= now.getTime() ? check("opening_past", "problem", true) : check("opening", "good");
}
