// The time as it passes, for countdowns and days left: a window may stay open until the deadline.

import { onBeforeUnmount, ref, type Ref } from "vue";

const TICK = 15_000;

/** Now, told again four times a minute as long as the screen is shown. */
export function useNow(): Ref<Date> {
  const now = ref(new Date());
  const timer = setInterval(() => {
    now.value = new Date();
  }, TICK);
  onBeforeUnmount(() => {
    clearInterval(timer);
  });
  return now;
}
