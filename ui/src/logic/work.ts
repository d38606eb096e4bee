// One piece of work at a time on a screen: whether it goes on, and how it failed.

import { ref, type Ref } from "vue";
import { told } from "../backend";
import type { Told } from "../generated/screens";

/** The work of a screen. */
export interface Work {
  busy: Ref<boolean>;
  failure: Ref<Told | null>;
  /** Does it; what it gives, or nothing when it failed. */
  run<T>(work: () => Promise<T>): Promise<T | undefined>;
}

/** A person who stopped something need not be told that it was stopped. */
const OWN_WILL = "user.cancelled";

/** What came of it stands at the top of a screen: it is shown, and the keyboard goes on from there when its button is gone. */
export function toTop(): void {
  const main = document.querySelector("main");
  main?.scrollTo({ top: 0 });
  if (main && !main.contains(document.activeElement)) main.focus({ preventScroll: true });
}

/** Work that has not begun. */
export function useWork(): Work {
  const busy = ref(false);
  const failure = ref<Told | null>(null);
  async function run<T>(work: () => Promise<T>): Promise<T | undefined> {
    if (busy.value) return undefined;
    busy.value = true;
    failure.value = null;
    try {
      return await work();
    } catch (thrown) {
      const found = told(thrown);
      if (found.code !== OWN_WILL) failure.value = found;
      return undefined;
    } finally {
      busy.value = false;
    }
  }
  return { busy, failure, run };
}
