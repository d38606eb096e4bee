import type { Document } from "./Document";
export type Seal = { document: Document } | { error: any };
