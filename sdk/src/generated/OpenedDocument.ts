export type OpenedDocument = { id: string; ticket: string; path: string };
