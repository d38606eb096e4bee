// Which key opens a bid, named as the person knows it, before any PIN is asked for.

import type { Bid, Device, Outside, Slot } from "../generated/screens";
import type { Held } from "../stores/desk";

/** One who can open the bid. */
export interface Opener {
  slot: Slot;
  /** The key that is here. */
  here: Held | undefined;
  /** Where that key was seen last, if this computer has ever seen it. */
  device: Device | null;
  /** A newer certificate exists, whose key does not open this bid. */
  renewed: boolean;
}

/** Everybody who can open a bid, with what this computer knows of their keys. */
export function openers(outside: Outside, held: readonly Held[], ledger: readonly Bid[]): Opener[] {
  const entry = ledger.find((bid) => bid.root === outside.root);
  return outside.recipients.map((slot) => {
    const known = entry?.recipients.find((one) => one.serial === slot.serial);
    const here = slot.serial === "" ? undefined : held.find((one) => one.certificate.serial === slot.serial);
    return { slot, here, device: known?.device ?? null, renewed: known?.renewed ?? false };
  });
}

/** What the person is to do about the keys, and which one it is about. */
export type Needed =
  { word: "can"; held: Held } | { word: "needs_one"; device: Device } | { word: "can_password" | "needs_unknown" };

/** The best way in. */
export function neededKey(all: readonly Opener[]): Needed {
  const here = all.find((one) => one.here)?.here;
  if (here) return { word: "can", held: here };
  const device = all.find((one) => one.device)?.device;
  if (device) return { word: "needs_one", device };
  return { word: all.some((one) => one.slot.role === "password") ? "can_password" : "needs_unknown" };
}

/** Failures that another key, another copy or the plain copy can help with; a full disk is none of them. */
export function hasFallback(code: string): boolean {
  return /^(bid|token|cert|user_timeout)\b/.test(code) || code === "input.changed" || code === "input.read_failed";
}
