// A button that decides something takes no click before its window was visible and focused for half a second.

import { onBeforeUnmount, onMounted, ref, type Ref } from "vue";

const ARMED_AFTER = 500;

/** Whether the button may be pressed. */
export function useArmed(): Ref<boolean> {
  const armed = ref(false);
  let timer: ReturnType<typeof setTimeout> | undefined;
  function look(): void {
    clearTimeout(timer);
    armed.value = false;
    if (document.visibilityState === "visible" && document.hasFocus()) {
      timer = setTimeout(() => {
        armed.value = true;
      }, ARMED_AFTER);
    }
  }
  onMounted(() => {
    window.addEventListener("focus", look);
    window.addEventListener("blur", look);
    document.addEventListener("visibilitychange", look);
    look();
  });
  onBeforeUnmount(() => {
    clearTimeout(timer);
    window.removeEventListener("focus", look);
    window.removeEventListener("blur", look);
    document.removeEventListener("visibilitychange", look);
  });
  return armed;
}
