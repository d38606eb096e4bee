// Whether bids and links open with the program: asked once, and turned in the settings.

import { flushPromises, mount, type VueWrapper } from "@vue/test-utils";
import { createPinia, setActivePinia } from "pinia";
import { beforeEach, describe, expect, test } from "vitest";
import type { Component } from "vue";
import type { Backend } from "../src/backend";
import type { Call, Links, Preferences } from "../src/generated/screens";
import LinksAsk from "../src/parts/LinksAsk.vue";
import LinksSetting from "../src/parts/LinksSetting.vue";
import { usePreferences } from "../src/stores/preferences";
import { BACKEND } from "../src/stores/use";
import { words } from "../src/words";

let links: Links | null;
let preferences: Preferences;
let refuses: boolean;
const backend = {
  call(call: Call): Promise<unknown> {
    if (call.do === "links") return Promise.resolve(links);
    if (call.do === "preferences") return Promise.resolve(preferences);
    if (call.do === "set_preferences") return Promise.resolve((preferences = call.preferences));
    if (call.do !== "turn_links") return Promise.reject(new Error(call.do));
    // The system's word counts, not ours: here it keeps things as they are.
    if (refuses) return Promise.reject(Object.assign(new Error(), { code: "output.not_writable", message: "m" }));
    return Promise.resolve((links = { program: "app", on: call.on }));
  },
} as unknown as Backend;

async function show(part: Component): Promise<VueWrapper> {
  const pinia = createPinia();
  setActivePinia(pinia);
  await usePreferences().load(backend);
  const shown = mount(part, {
    global: { plugins: [pinia, words("zh-CN")], provide: { [BACKEND as symbol]: backend } },
  });
  await flushPromises();
  return shown;
}

beforeEach(() => {
  links = { on: false, program: "app" };
  refuses = false;
  preferences = {
    language: "zh-CN",
    theme: "system",
    nicknames: {},
    colours: {},
    practised: true,
    autostart: null,
    links_asked: false,
  };
});

describe("bids and links", () => {
  test.each([
    ["links-yes", true],
    ["links-no", false],
  ])("are asked about once: %s", async (button, on) => {
    const shown = await show(LinksAsk);
    await shown.get(`[name=${button}]`).trigger("click");
    await flushPromises();
    expect(links?.on).toBe(on);
    expect(preferences.links_asked).toBe(true);
    expect(shown.find("section").exists()).toBe(false);
    expect((await show(LinksAsk)).find("section").exists()).toBe(false);
  });

  test("are not asked about where they are on or not ours to turn", async () => {
    for (const state of [{ on: true, program: "app" }, null]) {
      links = state;
      expect((await show(LinksAsk)).find("section").exists()).toBe(false);
    }
    expect((await show(LinksSetting)).find("[name=links]").exists()).toBe(false);
  });

  test("are asked about again when the system refused", async () => {
    refuses = true;
    const shown = await show(LinksAsk);
    await shown.get("[name=links-yes]").trigger("click");
    await flushPromises();
    expect(shown.text()).toContain("m");
    expect(preferences.links_asked).toBe(false);
  });

  test("are turned in the settings, which show what the system says", async () => {
    const shown = await show(LinksSetting);
    const box = (): HTMLInputElement => shown.get<HTMLInputElement>("input[name=links]").element;
    expect(box().checked).toBe(false);
    await shown.get("input[name=links]").setValue(true);
    await flushPromises();
    expect([box().checked, links?.on]).toEqual([true, true]);
    refuses = true;
    await shown.get("input[name=links]").setValue(false);
    await flushPromises();
    expect(links?.on).toBe(true);
    expect(shown.find("[role=alert]").exists()).toBe(true);
  });
});
