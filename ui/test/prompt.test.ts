// The windows for consent and secrets.

import { mount, type VueWrapper } from "@vue/test-utils";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { PromptBackend } from "../src/backend";
import type { Prompt } from "../src/generated/screens";
import PromptWindow from "../src/PromptWindow.vue";
import { words } from "../src/words";

const said: string[] = [];
const backend: PromptBackend = {
  prompt: () => Promise.reject(new Error("given")),
  preview: () => Promise.reject(new Error("none")),
  answer: (answer) => Promise.resolve(void said.push(`answer ${answer}`)),
  submit: (typed, again) => Promise.resolve(void said.push(`submit ${typed} ${String(again)}`)),
  cancel: () => Promise.resolve(void said.push("cancel")),
};
const secret: Prompt = {
  ask: "secret",
  kind: "new_pin",
  subject: "key",
  remaining: null,
  running_out: false,
  length: [6, 16],
  twice: true,
};
const consent: Prompt = {
  ask: "consent",
  operation: "sign",
  title: "签名",
  origin: '<img src=x onerror="hacked=1">',
  certificate: null,
  documents: [{ name: "<b>a</b>.pdf", size: 3, hash: "SM3", digest: "5a", pages: 1, preview: false }],
  count: 1,
  warnings: [],
  others: [],
};

let shown: VueWrapper | undefined;
function open(prompt: Prompt): VueWrapper {
  vi.spyOn(document, "hasFocus").mockReturnValue(true);
  shown = mount(PromptWindow, {
    props: { backend, prompt },
    global: { plugins: [words("zh-CN")] },
    attachTo: document.body,
  });
  return shown;
}
beforeEach(() => {
  vi.useFakeTimers();
  said.length = 0;
});
afterEach(() => {
  shown?.unmount();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("a consent window", () => {
  test("takes a yes only after half a second of focus, and a no at once", async () => {
    const window_ = open(consent);
    await window_.get('[name="yes"]').trigger("click");
    expect(said).toEqual([]);
    await vi.advanceTimersByTimeAsync(400);
    vi.spyOn(document, "hasFocus").mockReturnValue(false);
    window.dispatchEvent(new Event("blur"));
    await vi.advanceTimersByTimeAsync(600);
    await window_.get('[name="yes"]').trigger("click");
    expect(said).toEqual([]);
    vi.spyOn(document, "hasFocus").mockReturnValue(true);
    window.dispatchEvent(new Event("focus"));
    await vi.advanceTimersByTimeAsync(501);
    await window_.get('[name="yes"]').trigger("click");
    await window_.get('[name="no"]').trigger("click");
    expect(said).toEqual(["answer yes", "answer no"]);
  });

  test("shows the page's origin, each digest, and hostile names as text", () => {
    const window_ = open(consent);
    expect(window_.findAll("img, b")).toHaveLength(0);
    for (const text of ["<img src=x", "<b>a</b>.pdf", "SM3 5a"]) expect(window_.text()).toContain(text);
  });
});

describe("a PIN window", () => {
  test("sends once and wipes its fields", async () => {
    const window_ = open(secret);
    await window_.get('[name="secret"]').setValue("123456");
    await window_.get('[name="secret-again"]').setValue("123456");
    await window_.get("form").trigger("submit");
    expect(said).toEqual(["submit 123456 123456"]);
    for (const field of window_.findAll("input")) expect(field.element.value).toBe("");
    expect(JSON.stringify(window_.vm.$data) + document.body.innerHTML).not.toContain("123456");
  });

  test("gives up on Escape", () => {
    open(secret);
    return vi.advanceTimersByTimeAsync(1).then(() => {
      window.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" }));
      expect(said).toEqual(["cancel"]);
    });
  });
});
