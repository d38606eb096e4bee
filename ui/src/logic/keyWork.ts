// The work of each key by itself: one that is slow keeps none of the others waiting, and one that was pulled out still tells how it went.

import { computed, ref, type ComputedRef, type Ref } from "vue";
import type { Told, Token } from "../generated/screens";
import { useWork, type Work } from "./work";

/** The work of one key. */
export interface KeyWork extends Work {
  /** What was done last, in words. */
  done: Ref<string>;
}

/** The work of every key that there was while a screen is open. */
export interface KeyWorks {
  of(token: Token): KeyWork;
  /** How the work of keys that are not here any more failed. */
  gone: ComputedRef<Told[]>;
}

/** No work has begun. */
export function useKeyWorks(tokens: Ref<Token[]>): KeyWorks {
  const works = new Map<string, KeyWork>();
  return {
    of({ serial }) {
      const work = works.get(serial) ?? { ...useWork(), done: ref("") };
      works.set(serial, work);
      return work;
    },
    gone: computed(() => {
      const here = new Set(tokens.value.map((token) => token.serial));
      return [...works].flatMap(([serial, { failure }]) => (!here.has(serial) && failure.value ? [failure.value] : []));
    }),
  };
}
