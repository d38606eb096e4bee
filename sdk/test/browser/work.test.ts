// What a page can have done by the real agent, through the built SDK in a real browser.

import { readFileSync } from "node:fs";
import { resolve } from "node:path";

import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";

import type * as Sdk from "../../src/index";
import { answer, type Browser, HOSTS, openBrowser } from "../support/browser";
import { Agent, Desk, HOLDER } from "../support/desk";
import { freePort, serve, type Site } from "../support/site";

declare const Bidseal: typeof Sdk;

const DEMO = resolve(import.meta.dirname, "../../../xtask/demo-data");

let desk: Desk;
let agent: Agent;
let site: Site;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  desk = new Desk("p256");
  desk.run(["seal", "import", `${DEMO}/seal.png`, "--size", "42", "--name", "公章"]);
  agent = await Agent.start(desk, await freePort());
  site = await serve({ "/": {} }, HOSTS);
  browser = await openBrowser([site.port]);
  await answer(browser, "granted");
  page = await browser.context.newPage();
  await page.goto(`https://portal.example:${String(site.port)}/`);
  await page.evaluate((port) => {
    Object.assign(globalThis, { bidseal: new Bidseal.Bidseal({ ports: [port], language: "en" }) });
  }, agent.port);
});

afterAll(async () => {
  await browser.close();
  await site.close();
  await agent.stop();
  desk.remove();
});

declare const bidseal: Sdk.Bidseal;

test("a page has a tender sealed, and the seal holds", async () => {
  const tender = readFileSync(`${DEMO}/tender.pdf`);
  const asked = page.evaluate(async (base64) => {
    const content = new Blob([Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))]);
    const place = { pages: "all", at_mm: [150, 240] as [number, number] };
    const { results } = await bidseal.seal([{ name: "tender.pdf", content }], { seal: "公章", place });
    const [first] = results;
    if (first === undefined || !("document" in first)) {
      throw new Error("it was not sealed");
    }
    const { verdict } = await bidseal.verify(first.document);
    const bytes = new Uint8Array(await (await bidseal.download(first.document)).arrayBuffer());
    return { verdict, bytes: Array.from(bytes) };
  }, tender.toString("base64"));
  await agent.letsIn("once");
  const shown = await agent.agrees();
  expect(shown).toContain("tender.pdf");
  expect(shown).toContain(HOLDER);
  const { verdict, bytes } = await asked;
  expect(verdict).toBe("valid");
  const sealed = Buffer.from(bytes);
  expect(sealed.subarray(0, tender.length).equals(tender)).toBe(true);
  desk.write("sealed.pdf", sealed);
  expect((JSON.parse(desk.run(["verify", "sealed.pdf", "--json"])) as { verdict: string }).verdict).toBe("valid");
});

test("a no at the terminal reaches the page as the person's own word", async () => {
  const asked = page.evaluate(async () => {
    try {
      await bidseal.sign({ name: "a.txt", content: new Blob(["text"]) });
      return {};
    } catch (error) {
      const { code, hint, isCancelled } = error as Sdk.BidsealError;
      return { code, hint, isCancelled };
    }
  });
  await agent.declines();
  expect(await asked).toMatchObject({ code: "user.cancelled", isCancelled: true });
});

test("a page that gives up takes its question back", async () => {
  const asked = page.evaluate(async () => {
    const abort = new AbortController();
    const onProgress = ({ step }: Sdk.Progress): void => {
      if (step === "consent") {
        abort.abort();
      }
    };
    try {
      await bidseal.sign({ name: "a.txt", content: new Blob(["text"]) }, { signal: abort.signal, onProgress });
      return "signed";
    } catch (error) {
      return (error as Sdk.BidsealError).code;
    }
  });
  await agent.reads("[y/N]");
  expect(await asked).toBe("aborted");
  agent.types("y");
  const journal = (): string => desk.run(["journal", "list", "--json"]);
  await expect.poll(journal).toMatch(/"user.cancelled"[^]*"user.cancelled"/);
});

test("the program is known again, and another one in its place is reported", async () => {
  const installation = (): Promise<string> =>
    page.evaluate(async (port) => (await new Bidseal.Bidseal({ ports: [port] }).status()).installation, agent.port);
  expect(await installation()).toBe("known");
  await page.evaluate(() => {
    localStorage.setItem("bidseal.installation.v1", "another key");
  });
  expect(await installation()).toBe("changed");
});
