import type { Document } from "./Document";
export type Signed = { document: Document; kind: string };
