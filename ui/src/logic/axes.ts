// The facts about a signature, each good, unknown or bad; the program has judged, this only sorts its words.

import type { Signature } from "../generated/screens";
import type { Level } from "./keyState";

/** How good a fact is; what is not there, or was not looked at, is neither good nor bad. */
export type FactLevel = Level | "none";

/** One fact. */
export interface Axis {
  name: "intact" | "signature" | "coverage" | "changes_after" | "seal" | "chain" | "revocation";
  value: string;
  level: FactLevel;
}

const NONE: Record<string, readonly string[]> = { seal: ["absent"], revocation: ["not_checked"] };
const UNKNOWN: Record<string, readonly string[]> = { chain: ["unknown", "untrusted"], revocation: ["unknown"] };
const BAD: Record<string, readonly string[]> = {
  intact: ["false"],
  signature: ["false"],
  coverage: ["partial"],
  changes_after: ["other"],
  seal: ["invalid"],
  chain: ["expired"],
  revocation: ["revoked"],
};

/** Every fact of a signature, in the order in which they are asked. */
export function axesOf(signature: Signature): Axis[] {
  const fact = (name: Axis["name"], value: string): Axis => {
    const says = (levels: Record<string, readonly string[]>): boolean => levels[name]?.includes(value) ?? false;
    return { name, value, level: says(BAD) ? "problem" : says(UNKNOWN) ? "note" : says(NONE) ? "none" : "good" };
  };
  return [
    fact("intact", String(signature.intact)),
    fact("signature", String(signature.signature)),
    fact("coverage", signature.coverage),
    fact("changes_after", signature.changes_after),
    fact("seal", signature.seal),
    fact("chain", signature.chain),
    fact("revocation", signature.revocation),
  ];
}
