// Which backend: chosen when the screens are built, so that sample data are no part of the product.

import type { Backend, PromptBackend } from "./backend";

export * from "./backend";

/** The backend of the main window. */
export async function open(): Promise<Backend> {
  return __FAKE__ ? (await import("./fake")).backend() : (await import("./tauri")).backend;
}

/** The backend of a consent or PIN window. */
export async function openPrompt(): Promise<PromptBackend> {
  return __FAKE__ ? (await import("./fake-prompt")).promptBackend() : (await import("./tauri")).promptBackend;
}
