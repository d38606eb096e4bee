// The facts about a signature, each good, unknown or bad; the program has judged, this only sorts its words.

import type { Signature } from "../generated/screens";
import type { Level } from "./keyState";

/** One fact. */
export interface Axis {
  name: "intact" | "signature" | "coverage" | "changes_after" | "seal" | "chain" | "revocation";
  value: string;
  level: Level;
}

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
    const level = BAD[name]?.includes(value) ? "problem" : UNKNOWN[name]?.includes(value) ? "note" : "good";
    return { name, value, level };
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
