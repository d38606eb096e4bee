// The backend, given to every screen.

import { inject, type InjectionKey } from "vue";
import type { Backend } from "../backend";

/** Under which the app provides it. */
export const BACKEND: InjectionKey<Backend> = Symbol("backend");

/** The backend. */
export function useBackend(): Backend {
  const backend = inject(BACKEND);
  if (!backend) throw new Error("the app provides a backend");
  return backend;
}
