// What to do next, in the words of these screens where the program's own name a command that is typed.

import { useI18n } from "vue-i18n";

/** The next step of a failure, finding or reason. */
export function useHints(): (told: { code: string; hint: string }) => string {
  const words = useI18n();
  return ({ code, hint }) => {
    const key = `hint.${code.replaceAll(".", "_")}`;
    return words.te(key) ? words.t(key) : hint;
  };
}
