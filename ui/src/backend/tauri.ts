// The program itself. The only file that knows of Tauri.

import { invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import type { Call, News, Prompt } from "../generated/screens";
import type { Backend, CallOf, PromptBackend, Replies } from "./backend";

/** The backend of the main window. */
export const backend: Backend = {
  call<D extends Call["do"]>(call: CallOf<D>): Promise<Replies[D]> {
    return invoke<Replies[D]>("call", { call });
  },
  async document(id) {
    return new Uint8Array(await invoke<ArrayBuffer>("document", { id }));
  },
  listen(told) {
    void listen<News>("news", (event) => {
      told(event.payload);
    });
  },
};

/** The backend of a consent or PIN window, which may use these commands and no other. */
export const promptBackend: PromptBackend = {
  prompt: () => invoke<Prompt>("prompt"),
  async preview(index) {
    return new Uint8Array(await invoke<ArrayBuffer>("consent_preview", { index }));
  },
  answer: (answer) => invoke("consent_answer", { answer }),
  submit: (typed, again) => invoke("secret_submit", { typed, again }),
  cancel: () => invoke("prompt_cancel"),
};
