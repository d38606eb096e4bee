// Language, look and nicknames.

import { defineStore } from "pinia";
import { ref } from "vue";
import type { Backend } from "../backend";
import type { Preferences } from "../generated/screens";

/** Shows the look that was set, or the system's. */
export function show(theme: Preferences["theme"]): void {
  const system = window.matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.classList.toggle("dark", theme === "dark" || (theme === "system" && system));
}

export const usePreferences = defineStore("preferences", () => {
  const preferences = ref<Preferences>({
    language: "zh-CN",
    theme: "system",
    nicknames: {},
    colours: {},
    practised: false,
    autostart: null,
    links_asked: false,
  });
  /** Whether these are the person's, not only what one begins with. */
  const loaded = ref(false);

  async function load(backend: Backend): Promise<void> {
    preferences.value = await backend.call({ do: "preferences" });
    loaded.value = true;
    show(preferences.value.theme);
  }

  async function keep(backend: Backend, changed: Partial<Preferences>): Promise<void> {
    const wanted = { ...preferences.value, ...changed };
    preferences.value = await backend.call({ do: "set_preferences", preferences: wanted });
    show(preferences.value.theme);
  }

  function nameOf(token: { serial: string; label: string }): string {
    return preferences.value.nicknames[token.serial] ?? token.label;
  }

  function colourOf(token: { serial: string }): string | undefined {
    return preferences.value.colours[token.serial];
  }

  return { preferences, loaded, load, keep, nameOf, colourOf };
});
