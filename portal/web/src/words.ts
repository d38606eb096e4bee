// The page's words, by key, in the visitor's language.

import en from "./messages/en.json";
import zh from "./messages/zh-CN.json";

export type Language = "zh-CN" | "en";
export type Key = keyof typeof zh;

const catalogues: Record<Language, Record<Key, string>> = { "zh-CN": zh, en };

let current: Language =
  localStorage.getItem("language") === "en" || !navigator.language.startsWith("zh") ? "en" : "zh-CN";
if (localStorage.getItem("language") === "zh-CN") {
  current = "zh-CN";
}

export function language(): Language {
  return current;
}

export function speak(wanted: Language): void {
  current = wanted;
  localStorage.setItem("language", wanted);
}

/** The words of a key, with facts filled in. */
export function say(key: Key, facts: Record<string, string | number> = {}): string {
  return Object.entries(facts).reduce(
    (text, [name, value]) => text.replace(`{${name}}`, String(value)),
    catalogues[current][key],
  );
}

/** Cause and next step of one of the portal's codes. */
export function reason(code: string): [string, string] {
  const key = `error.${code}`;
  const words = Object.hasOwn(zh, key) ? say(key as Key) : say("error.internal");
  const [message = "", hint = ""] = words.split("|");
  return [message, hint];
}
