// The words of the screens. What a failure, a finding or a verdict means comes with it from the program.

import { createI18n } from "vue-i18n";
import en from "./en.json";
import chinese from "./zh-CN.json";

/** The languages, by their tags. */
export const LANGUAGES = ["zh-CN", "en"] as const;

/** A language's tag. */
export type Language = (typeof LANGUAGES)[number];

/** The language of a tag; what is not known reads Chinese. */
export function languageOf(tag: string): Language {
  return LANGUAGES.find((language) => language === tag) ?? "zh-CN";
}

/** The words in a language, for an app. */
export function words(language: Language) {
  return createI18n({
    legacy: false,
    locale: language,
    fallbackLocale: false,
    messages: { "zh-CN": chinese, en },
    missingWarn: true,
  });
}
