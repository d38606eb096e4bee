// A consent or PIN window. The program names language and look in the address: the window may ask for nothing else.

import "element-plus/theme-chalk/dark/css-vars.css";
import "./style.css";
import { createApp } from "vue";
import { openPrompt } from "./backend";
import PromptWindow from "./PromptWindow.vue";
import { show } from "./stores/preferences";
import { languageOf, words } from "./words";

const given = new URLSearchParams(location.search);
const theme = given.get("theme");
show(theme === "dark" || theme === "light" ? theme : "system");
const backend = await openPrompt();
const prompt = await backend.prompt();
const language = languageOf(given.get("lang") ?? "");
document.documentElement.lang = language;
createApp(PromptWindow, { backend, prompt }).use(words(language)).mount("#app");
