// The list of tenders, a form for a new one, and two tools that need no tender.

import type { Document } from "@bidseal/sdk";

import { element, files, input, save, value } from "../dom";
import { act, bidseal, revocationNote, showProgress, tell } from "../page";
import { get, post, serverTime, setClock } from "../server";
import { language, say } from "../words";

export interface Tender {
  id: string;
  title: string;
  lot: string;
  deadline: number;
  opens_at: number;
  own: boolean;
}

export async function tenders(refresh: () => Promise<void>): Promise<HTMLElement[]> {
  const listed = await get<{ tenders: Tender[]; now: number }>("/tenders");
  setClock(listed.now);
  const list = listed.tenders.map((tender) =>
    element(
      "section",
      { class: "tender" },
      element("h2", {}, element("a", { href: `#/tender/${tender.id}` }, tender.title)),
      element(
        "p",
        { class: "soft" },
        `${tender.lot} · ${stateOf(tender)} · ${say("deadline")} ${moment(tender.deadline)}`,
      ),
    ),
  );
  const none = element("section", {}, element("p", { class: "soft" }, say("tenders.none")));
  return [
    element("h1", {}, say("tenders")),
    ...revocationNote(),
    ...(list.length === 0 ? [none] : list),
    publish(refresh),
    sign(),
    verify(),
  ];
}

export function stateOf(tender: Tender): string {
  const now = serverTime();
  if (now < tender.deadline) {
    return say("state.taking");
  }
  return now < tender.opens_at ? say("state.waiting") : say("state.opening");
}

export function moment(seconds: number): string {
  return new Date(seconds * 1000).toLocaleString(language());
}

function publish(refresh: () => Promise<void>): HTMLElement {
  const form = element(
    "form",
    { id: "publish" },
    element("h2", {}, say("publish")),
    input(say("title"), { name: "title", required: true, maxlength: "100" }),
    input(say("lot"), { name: "lot", maxlength: "100" }),
    input(say("deadline"), { name: "deadline", type: "datetime-local", step: "1", required: true }),
    input(say("opens_at"), { name: "opens_at", type: "datetime-local", step: "1", required: true }),
    element("button", {}, say("publish")),
  );
  const seconds = (name: string): number => Math.floor(new Date(value(form, name)).getTime() / 1000);
  const submit = act(async () => {
    const [deadline, opens_at] = [seconds("deadline"), seconds("opens_at")];
    await post("/tenders", { title: value(form, "title"), lot: value(form, "lot"), deadline, opens_at });
    await refresh();
    tell(say("published"), "good");
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  return element("section", {}, form);
}

function sign(): HTMLElement {
  const section = element(
    "section",
    { id: "batch" },
    element("h2", {}, say("seal")),
    element("p", {}, say("seal.text")),
  );
  const list = element("ul");
  const run = act(async () => {
    const sources = files(section, "documents").map((content) => ({ name: content.name, content }));
    const { results } = await bidseal().batch.sign(sources, { onProgress: showProgress("connecting") });
    list.replaceChildren(...results.flatMap(({ document }) => (document === undefined ? [] : [link(document)])));
    const failed = results.filter((one) => one.document === undefined).length;
    tell(say("seal.done", { done: results.length - failed, failed }), failed === 0 ? "good" : "bad");
  });
  section.append(
    input(say("seal.files"), { name: "documents", type: "file", multiple: true }),
    element("button", { type: "button", click: run }, say("seal.run")),
    list,
  );
  return section;
}

/** A signed document, fetched from the agent when it is wanted: a browser would stop saving dozens of files unasked. */
function link(document: Document): HTMLElement {
  const fetched = act(async () => {
    save(document.name, await bidseal().download(document));
  });
  return element("li", {}, element("a", { href: "#/", click: fetched }, document.name));
}

function verify(): HTMLElement {
  const section = element(
    "section",
    { id: "verify" },
    element("h2", {}, say("verify")),
    element("p", {}, say("verify.text")),
  );
  const run = act(async () => {
    const [content] = files(section, "document");
    if (content !== undefined) {
      const { verdict } = await bidseal().verify({ name: content.name, content });
      tell(say(`verdict.${verdict}`), verdict === "valid" ? "good" : "bad");
    }
  });
  section.append(
    input(say("verify.file"), { name: "document", type: "file" }),
    element("button", { type: "button", click: run }, say("verify.run")),
  );
  return section;
}
