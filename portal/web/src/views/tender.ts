// One tender: the visitor's bid before the deadline, the opening room after it.

import { element } from "../dom";
import { get, serverTime, setClock } from "../server";
import { say } from "../words";
import { bidForm } from "./bid";
import { room } from "./room";
import { moment, stateOf, type Tender } from "./tenders";

/** A bid as everybody sees it from the opening on. */
export interface Bid {
  company: string;
  size: number;
  root: string;
  submitted: number;
  opened: number;
  how: string;
  files: { path: string; size: number }[];
  own: boolean;
}

/** The visitor's own bid. */
export interface OwnBid {
  state: "uploading" | "submitted" | "opened";
  size: number;
  received: number;
  root: string;
}

export async function tenderView(id: string, refresh: () => Promise<void>): Promise<HTMLElement[]> {
  const shown = await get<{ tender: Tender; count: number; bids: Bid[]; now: number }>(`/tenders/${id}`);
  const { bid } = await get<{ bid: OwnBid | null }>(`/tenders/${id}/bid`);
  setClock(shown.now);
  const { tender, count, bids } = shown;
  const head = element(
    "section",
    {},
    element("h1", {}, tender.title),
    element("p", { class: "soft" }, `${tender.lot} · ${stateOf(tender)}`),
    element("p", {}, `${say("deadline")} ${moment(tender.deadline)} · ${say("opens_at")} ${moment(tender.opens_at)}`),
    element("p", { id: "count" }, say("count", { count })),
    element("a", { href: "#/" }, say("back")),
  );
  const now = serverTime();
  const parts = [head];
  if (now < tender.deadline) {
    parts.push(countdown(tender.deadline, "deadline", refresh), bidForm(tender, bid, refresh));
  } else if (now < tender.opens_at) {
    parts.push(countdown(tender.opens_at, "room.wait", refresh));
  } else {
    parts.push(await room(tender, bid, bids, refresh));
  }
  return parts;
}

/** Counts down by the server's clock and looks again when it is time. */
function countdown(until: number, key: "deadline" | "room.wait", refresh: () => Promise<void>): HTMLElement {
  const clock = element("div", { class: "countdown", role: "timer" });
  const tick = (): void => {
    const left = Math.max(0, Math.ceil(until - serverTime()));
    const two = (number: number): string => String(Math.floor(number)).padStart(2, "0");
    clock.textContent = say("left", { time: `${two(left / 3600)}:${two((left / 60) % 60)}:${two(left % 60)}` });
    if (!clock.isConnected) {
      clearInterval(timer);
    } else if (left === 0) {
      clearInterval(timer);
      setTimeout(() => void refresh(), 1000);
    }
  };
  const timer = setInterval(tick, 250);
  setTimeout(tick);
  return element("section", {}, element("h2", {}, say(key)), clock);
}
