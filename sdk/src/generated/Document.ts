export type Document = { id: string; ticket: string; path: string; name: string; length: number; sha256: string };
