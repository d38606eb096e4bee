import type { Seal } from "./Seal";
export type Sealed = { results: Array<Seal> };
