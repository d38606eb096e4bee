// What all views share: the agent, the line that tells what happens, and actions that cannot be started twice.

import { Bidseal, BidsealError, type Progress } from "@bidseal/sdk";

import { byId, element } from "./dom";
import { ServerError, type Session } from "./server";
import { type Key, language, say } from "./words";

let agent: Bidseal | undefined;
let known: Session | undefined;

export function setSession(session: Session): void {
  known = session;
}

export function account(): Session["account"] {
  return known?.account ?? null;
}

/** What the portal does not know about the visitor's certificate, so that nobody takes silence for a good answer. */
export function revocationNote(): HTMLElement[] {
  const check = known?.revocation;
  if (check === null || check === undefined || check.state === "good") {
    return [];
  }
  const reasons = [...new Set(check.reasons.map(reasonWord))].join(", ");
  const text = say(`revocation.${check.state}`, { reasons });
  return [element("p", { id: "revocation", class: "warning" }, text)];
}

function reasonWord(code: string): string {
  if (code === "revocation.no_source") {
    return say("reason.no_source");
  }
  return code.startsWith("network.") ? say("reason.network") : say("reason.answer", { code });
}

/** Bidseal on this computer; one connection for the whole visit. */
export function bidseal(): Bidseal {
  const places = known && { ports: known.agent_ports, securePorts: known.agent_tls_ports };
  agent ??= new Bidseal({ language: language(), ...places });
  return agent;
}

export function tell(text: string, kind: "" | "good" | "bad" = "", hint = ""): void {
  const note = byId("note");
  note.className = kind;
  note.replaceChildren(text, ...(hint === "" ? [] : [element("small", {}, hint)]));
}

/** Shows how far something is, and that the visitor is being asked. */
export function showProgress(key: Key): (progress: Pick<Progress, "step" | "done" | "total">) => void {
  return ({ step, done, total }) => {
    const bar = element("progress", {
      value: String(done),
      max: String(Math.max(total, 1)),
      "aria-label": say(key),
    });
    byId("note").className = "";
    byId("note").replaceChildren(step === "consent" ? say("asking") : say(key), bar);
  };
}

/** Runs an action of a button: once at a time, with its error told. */
export function act(action: () => Promise<void>): () => void {
  let busy = false;
  return () => {
    if (busy) {
      return;
    }
    busy = true;
    const done = (): void => {
      busy = false;
    };
    action().catch(explain).then(done, done);
  };
}

function explain(error: unknown): void {
  if (error instanceof BidsealError && error.code === "installation_changed") {
    tell(error.message, "bad", error.hint);
    const goOn = act(async () => {
      await bidseal().acceptInstallation();
      tell("");
    });
    byId("note").append(element("button", { type: "button", class: "quiet", click: goOn }, say("changed")));
  } else if (error instanceof BidsealError || error instanceof ServerError) {
    tell(error.message, "bad", error.hint);
    byId("note").dataset["code"] = error.code;
  } else {
    tell(String(error), "bad");
  }
}
