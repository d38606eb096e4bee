export type Place = { pages: string | null; at_mm: [number, number] | null };
