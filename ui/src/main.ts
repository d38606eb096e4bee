// The main window.

import "element-plus/theme-chalk/dark/css-vars.css";
import "./style.css";
import { createPinia } from "pinia";
import { createApp } from "vue";
import App from "./App.vue";
import { open } from "./backend";
import { useDesk } from "./stores/desk";
import { usePreferences } from "./stores/preferences";
import { BACKEND } from "./stores/use";
import { languageOf, words } from "./words";

const backend = await open();
const app = createApp(App).use(createPinia()).provide(BACKEND, backend);
const preferences = usePreferences();
await preferences.load(backend);
const desk = useDesk();
backend.listen((news) => {
  desk.hear(news, backend);
});
app.use(words(languageOf(preferences.preferences.language))).mount("#app");
void desk.look(backend);
