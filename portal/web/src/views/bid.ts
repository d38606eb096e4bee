// Encrypting a bid on this computer, and sending what came of it.

import type { Document } from "@bidseal/sdk";

import { element, files, fromBase64, input, save, toBase64 } from "../dom";
import { account, act, bidseal, showProgress, tell } from "../page";
import { getBytes, post, sendFile } from "../server";
import { say } from "../words";
import type { OwnBid } from "./tender";
import type { Tender } from "./tenders";

export function bidForm(tender: Tender, bid: OwnBid | null, refresh: () => Promise<void>): HTMLElement {
  const section = element("section", { id: "bid" }, element("h2", {}, say("bid")));
  if (bid !== null && bid.state !== "uploading") {
    section.append(element("p", { id: "submitted" }, say("bid.done", { root: bid.root })));
    return section;
  }
  const run = act(async () => {
    const chosen = files(section, "files");
    if (chosen.length === 0) {
      return;
    }
    const { content, statement } = await encrypted(tender, chosen);
    save(`${tender.title}.bid`, content);
    save(`${tender.title}.bid.p7s`, statement);
    const progress = showProgress("bid.uploading");
    await sendFile(`/tenders/${tender.id}/bid`, content, (done) => {
      progress({ step: "upload", done, total: content.size });
    });
    await submit(tender, statement);
    await refresh();
  });
  section.append(
    element("p", {}, say("bid.text")),
    input(say("bid.files"), { name: "files", type: "file", multiple: true }),
    element("button", { type: "button", click: run }, say("bid.send")),
  );
  section.append(goOn(tender, refresh));
  return section;
}

/** A bid that was encrypted before, with its statement: also how an interrupted upload goes on. */
function goOn(tender: Tender, refresh: () => Promise<void>): HTMLElement {
  const form = element("div", { id: "resume" });
  const run = act(async () => {
    const chosen = files(form, "again");
    const [bid, statement] = [".bid", ".p7s"].map((end) => chosen.find((file) => file.name.endsWith(end)));
    if (bid !== undefined && statement !== undefined) {
      const progress = showProgress("bid.uploading");
      await sendFile(`/tenders/${tender.id}/bid`, bid, (done) => {
        progress({ step: "upload", done, total: bid.size });
      });
      await submit(tender, statement);
      await refresh();
    }
  });
  form.append(
    element("h2", {}, say("bid.ready")),
    input(say("bid.resume"), { name: "again", type: "file", multiple: true, accept: ".bid,.p7s" }),
    element("button", { type: "button", class: "quiet", click: run }, say("bid.send.ready")),
  );
  return form;
}

async function encrypted(tender: Tender, chosen: File[]): Promise<{ content: Blob; statement: Blob }> {
  tell(say("connecting"));
  const own = (await bidseal().certificates()).find((one) => one.can_encrypt);
  const made = await bidseal().bid.encrypt({
    name: `${tender.title}.bid`,
    files: chosen.map((content) => ({ source: { name: content.name, content } })),
    to: own === undefined ? [] : [fromBase64(own.der)],
    meta: {
      project: tender.title,
      lot: tender.lot,
      bidder: account()?.company ?? "",
      opens_at: new Date(tender.opens_at * 1000).toISOString().replace(".000", ""),
      platformCertificate: await getBytes("/platform.cer"),
    },
    onProgress: showProgress("bid.encrypting"),
  });
  const content = await bidseal().download(made.bid, { onProgress: showProgress("bid.encrypting") });
  return { content, statement: await bidseal().download(made.statement as Document) };
}

async function submit(tender: Tender, statement: Blob): Promise<void> {
  tell(say("bid.judging"));
  const { root, receipt } = await post<{ root: string; receipt: string }>(`/tenders/${tender.id}/bid/submit`, {
    statement: await toBase64(statement),
  });
  save(`${tender.title}.receipt.p7s`, fromBase64(receipt));
  tell(say("bid.submitted", { root }), "good", say("bid.keep"));
}
