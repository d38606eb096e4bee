// How something that is over has ended: the program keeps a stable word, a person reads words.

import { useI18n } from "vue-i18n";

/** The words for what a record tells; what has no words of its own is told by its code. */
export function useOutcome(): (result: string) => string {
  const words = useI18n();
  return (result) => {
    const key = `outcome.${result.replaceAll(".", "_")}`;
    return words.te(key) ? words.t(key) : words.t("outcome.other", { code: result });
  };
}

/** Whether a record tells of something that worked. */
export function isDone(result: string): boolean {
  return result === "done";
}
