// A procurement from end to end in a real browser: the real portal, the shipped agent, and the test as the person at its
// terminal.

import { readFileSync } from "node:fs";

import type { Download, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";

import { answer, type Browser, openBrowser } from "../../../sdk/test/support/browser";
import { Agent, Desk, HOLDER, PIN } from "../../../sdk/test/support/desk";
import { freePort } from "../../../sdk/test/support/site";
import { openPortal, type Portal } from "./support/portal";

/** Seconds from publishing to the deadline: enough for encrypting and sending on a slow machine. */
const TIME_TO_BID = 45;
const TITLE = "道路照明改造工程";
const OFFER = "投标报价：一百万元整\n";

let desk: Desk;
let agent: Agent;
let portal: Portal;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  desk = new Desk("p256");
  const port = await freePort();
  portal = await openPortal(desk, port);
  agent = await Agent.start(desk, port);
  browser = await openBrowser([portal.port]);
  await answer(browser, "granted");
  page = await browser.context.newPage();
  await page.goto(portal.origin);
});

afterAll(async () => {
  await browser.close();
  await agent.stop();
  await portal.close();
  desk.remove();
});

/** What the page's line says, once it is told as good or bad. */
async function note(): Promise<string> {
  const told = page.locator("#note.good, #note.bad");
  await told.waitFor({ timeout: 60_000 });
  return (await told.textContent()) ?? "";
}

/** Publishes a tender that opens soon, goes to its page, and gives the moment of its opening. */
async function publish(title: string): Promise<number> {
  const opening = Math.floor(Date.now() / 1000) + TIME_TO_BID;
  const at = new Date(opening * 1000);
  const local = new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
  await page.fill("#publish [name=title]", title);
  await page.fill("#publish [name=lot]", "第一标段");
  await page.fill("#publish [name=deadline]", local);
  await page.fill("#publish [name=opens_at]", local);
  await page.click("#publish button");
  await page.click(`.tender a:has-text("${title}")`);
  await page.locator("#bid").waitFor();
  return opening;
}

async function saved(downloads: Download[], end: string): Promise<Buffer> {
  const found = downloads.find((one) => one.suggestedFilename().endsWith(end));
  return readFileSync((await found?.path()) ?? "");
}

test("a company registers with the certificate that its person proves", async () => {
  await page.fill("[name=company]", HOLDER);
  await page.click("#register button");
  expect(await agent.letsIn()).toContain(portal.origin);
  const shown = await agent.agrees();
  expect(shown).toContain(portal.origin);
  expect(shown).toContain(HOLDER);
  await page.locator("#company", { hasText: HOLDER }).waitFor();
});

test("it logs out and in again, and a refusal at the terminal logs nobody in", async () => {
  await page.click("#logout");
  await page.click("#login");
  await agent.declines();
  expect(await note()).not.toBe("");
  await page.click("#login");
  await agent.agrees();
  await page.locator("#publish").waitFor();
});

test("fifty documents are signed with one consent", async () => {
  const documents = Array.from({ length: 50 }, (_, number) => ({
    name: `document-${String(number + 1)}.txt`,
    mimeType: "text/plain",
    buffer: Buffer.from(`document ${String(number + 1)}\n`),
  }));
  await page.setInputFiles("#batch [name=documents]", documents);
  await page.click("#batch button");
  const shown = await agent.agrees();
  expect(shown).toContain("50");
  expect(shown).toContain("document-50.txt");
  expect(await note()).toContain("50");
  expect(await page.locator("#batch li").count()).toBe(50);
  const download = page.waitForEvent("download");
  await page.click("#batch li:nth-child(7) a");
  const signed = desk.write("signed.p7m", await saved([await download], "document-7.txt.p7m"));
  const verdict = JSON.parse(desk.run(["verify", signed, "--json"])) as { verdict: string };
  expect(verdict.verdict).toBe("valid");
});

test("a bid is encrypted here, sent, taken, and opened by its header alone; the record is signed", async () => {
  await publish(TITLE);

  const downloads: Download[] = [];
  page.on("download", (download) => downloads.push(download));
  await page.setInputFiles("#bid [name=files]", [
    { name: "报价.txt", mimeType: "text/plain", buffer: Buffer.from(OFFER) },
    { name: "方案.bin", mimeType: "application/octet-stream", buffer: Buffer.alloc(20_000_000, 7) },
  ]);
  await page.click("#bid button");
  const shown = await agent.agrees();
  expect(shown).toContain(portal.origin);
  expect(shown).toContain(HOLDER);
  expect(shown).toContain("can open it ALONE");
  // The sealing statement is a signature of its own; the PIN was given already.
  expect(await agent.confirms()).toContain("sealing statement");
  await page.locator("#submitted").waitFor({ timeout: 60_000 });
  await expect.poll(() => downloads.length).toBe(3);
  const bid = await saved(downloads, ".bid");
  expect(bid.subarray(0, 8).toString()).toBe("BIDENC01");
  expect(bid.includes(OFFER)).toBe(false);
  page.removeAllListeners("download");

  await page.locator("#open").waitFor({ timeout: 120_000 });
  await page.click("#open");
  await agent.agrees();
  expect(await note()).toContain("2");
  await page.locator("#record").waitFor();
  expect(await page.textContent("#record")).toContain("报价.txt");
  await page.click("#sign");
  await agent.agrees();
  await page.locator("#signed", { hasText: HOLDER }).waitFor();
});

test("a bid of the command line is sent as it is, and its twin opens it when the key fails", async () => {
  await page.goto(`${portal.origin}/#/`);
  const opening = await publish("备份");
  desk.write("offer.txt", OFFER);
  const meta = {
    project: "备份",
    opens_at: new Date(opening * 1000).toISOString().replace(".000", ""),
    platform_origin: portal.origin,
    platform_cert: "portal/encrypt.pem",
  };
  desk.write("meta.json", JSON.stringify(meta));
  const words = ["bid", "encrypt", "offer.txt", "-o", "ready.bid", "--to", HOLDER, "--meta", "meta.json"];
  desk.run([...words, "--statement", HOLDER, "--twin", "twin", "--yes"], { pin: PIN });
  await page.setInputFiles("#resume [name=again]", [desk.file("ready.bid"), desk.file("ready.bid.p7s")]);
  await page.click("#resume button");
  await page.locator("#submitted").waitFor({ timeout: 60_000 });
  await page.locator("#twin summary").click({ timeout: 120_000 });
  const files = ["twin/input.key", "twin/manifest.p7s"].map((name) => desk.file(name));
  await page.setInputFiles("#twin [name=twin]", files);
  await page.click("#twin button");
  await page.locator("#record").waitFor();
  expect(await page.textContent("#record")).toContain('"how": "twin"');
});
