// The opening room: each holder hands over the key of his bid, then all sign the record.

import { element, files, input, toBase64 } from "../dom";
import { act, bidseal, tell } from "../page";
import { get, getBytes, post, postBytes, ServerError } from "../server";
import { say } from "../words";
import type { Bid, OwnBid } from "./tender";
import { moment, type Tender } from "./tenders";

interface Record {
  content: string;
  signed: { company: string; at: number; own: boolean }[];
}

export async function room(
  tender: Tender,
  own: OwnBid | null,
  bids: Bid[],
  refresh: () => Promise<void>,
): Promise<HTMLElement> {
  const section = element("section", { id: "room" }, element("h2", {}, say("room")), table(bids));
  if (own?.state === "submitted") {
    section.append(element("p", { class: "soft" }, say("room.open.text")));
    section.append(
      element("button", { type: "button", id: "open", click: opening(tender, refresh) }, say("room.open")),
    );
    section.append(fallback(tender, refresh));
  }
  const record = await recordOf(tender);
  if (record !== undefined) {
    const companies = record.signed.map((one) => `${one.company} ${moment(one.at)}`).join("; ");
    section.append(
      element("h2", {}, say("room.record")),
      element("pre", { id: "record", tabindex: "0", role: "region", "aria-label": say("room.record") }, record.content),
      element("p", { id: "signed" }, companies === "" ? say("room.signed.none") : say("room.signed", { companies })),
      ...(record.signed.some((one) => one.own)
        ? []
        : [
            element(
              "button",
              { type: "button", id: "sign", click: signing(tender, record, refresh) },
              say("room.sign"),
            ),
          ]),
    );
  }
  return section;
}

function table(bids: Bid[]): HTMLElement {
  const head = ["table.company", "table.size", "table.root", "table.opened", "table.files"] as const;
  const row = (bid: Bid): HTMLElement =>
    element(
      "tr",
      {},
      element("td", {}, bid.company),
      element("td", { class: "number" }, bid.size.toLocaleString()),
      element("td", { class: "number", title: bid.root }, `${bid.root.slice(0, 16)}…`),
      element("td", {}, bid.opened > 0 ? `${say("yes")} ${moment(bid.opened)}` : say("no")),
      element("td", {}, bid.files.map((file) => file.path).join(", ")),
    );
  return element(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": say("room") },
    element(
      "table",
      {},
      element("thead", {}, element("tr", {}, ...head.map((key) => element("th", { scope: "col" }, say(key))))),
      element("tbody", {}, ...bids.map(row)),
    ),
  );
}

function opening(tender: Tender, refresh: () => Promise<void>): () => void {
  return act(async () => {
    tell(say("connecting"));
    const [header, platform] = [await getBytes(`/tenders/${tender.id}/bid/header`), await getBytes("/platform.cer")];
    tell(say("asking"));
    const { response } = await bidseal().bid.open(header, platform, { name: `${tender.title}.bid` });
    const answer = await bidseal().download(response);
    const opened = await postBytes<{ files: unknown[] }>(`/tenders/${tender.id}/bid/open`, answer);
    await refresh();
    tell(say("room.opened", { count: opened.files.length }), "good");
  });
}

/** The holder's key failed: what was kept beside the bid opens it. */
function fallback(tender: Tender, refresh: () => Promise<void>): HTMLElement {
  const form = element("details", { id: "twin" }, element("summary", {}, say("room.twin")));
  const run = act(async () => {
    const chosen = files(form, "twin");
    const [key, manifest] = ["input.key", "manifest.p7s"].map((name) => chosen.find((file) => file.name === name));
    if (key !== undefined && manifest !== undefined) {
      const twin = { key: await toBase64(key), manifest: await toBase64(manifest) };
      const opened = await post<{ files: unknown[] }>(`/tenders/${tender.id}/bid/twin`, twin);
      await refresh();
      tell(say("room.opened", { count: opened.files.length }), "good");
    }
  });
  form.append(
    input(say("room.twin.text"), { name: "twin", type: "file", multiple: true }),
    element("button", { type: "button", class: "quiet", click: run }, say("room.twin.run")),
  );
  return form;
}

/** Who is no party, or comes before all bids are opened, sees no record. */
async function recordOf(tender: Tender): Promise<Record | undefined> {
  try {
    return await get<Record>(`/tenders/${tender.id}/record`);
  } catch (error) {
    if (error instanceof ServerError && (error.code === "no_party" || error.code === "not_all_opened")) {
      return undefined;
    }
    throw error;
  }
}

function signing(tender: Tender, record: Record, refresh: () => Promise<void>): () => void {
  return act(async () => {
    tell(say("asking"));
    const source = { name: `${tender.title}.record.json`, content: new Blob([record.content]) };
    const { document } = await bidseal().sign(source, { detached: true });
    const signature = await toBase64(await bidseal().download(document));
    await post(`/tenders/${tender.id}/record`, { signature });
    await refresh();
    tell(say("room.signed.done"), "good");
  });
}
