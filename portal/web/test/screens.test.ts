// The portal's pages as they look: both languages, light and dark, at 100 and 200 %, with long names and a foreign one.

import { readFileSync } from "node:fs";

import { type BrowserContext, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";

import { type Browser, openBrowser } from "../../../sdk/test/support/browser";
import { Desk } from "../../../sdk/test/support/desk";
import { answered, encrypted, type Lot, sent, submitted } from "./support/bid";
import { Client } from "./support/client";
import { Company } from "./support/company";
import { openPortal, type Portal } from "./support/portal";

const AXE = readFileSync(new URL(import.meta.resolve("axe-core/axe.min.js")), "utf8");
const COMPANY = "上海某某市政工程建设集团有限公司";
const TITLE = "城市轨道交通十七号线工程土建施工总承包（含车站主体结构与区间隧道）<b>第二批</b>";
const LOT = "第一标段";
/** What people wrote themselves stays in their own language. */
const OWN = [COMPANY, TITLE, LOT, "开标.txt", "中文"];
const WIDTH = 1000;

let desk: Desk;
let portal: Portal;
let browser: Browser;
let client: Client;
let taking: Lot;
let opening: Lot;

beforeAll(async () => {
  desk = new Desk("p256");
  portal = await openPortal(desk, 18651);
  client = await Client.open(portal);
  const company = new Company(desk, COMPANY);
  await company.enter(client);
  const now = Math.floor(Date.now() / 1000);
  taking = await published(TITLE, now + 7200);
  opening = await published("room", now + 20);
  const bid = encrypted(desk, portal, opening, "开标", "offer");
  await sent(client, opening, bid.bytes);
  await submitted(client, opening, company, bid.statement);
  const path = `/tenders/${opening.id}`;
  const begun = async (): Promise<void> => {
    expect((await client.send("GET", `${path}/record`)).code).toBe("not_all_opened");
  };
  await vi.waitFor(begun, { timeout: 60_000, interval: 200 });
  await client.send("POST", `${path}/bid/open`, answered(desk, portal, bid));
  browser = await openBrowser([portal.port]);
}, 120_000);

afterAll(async () => {
  await browser.close();
  await portal.close();
  desk.remove();
});

async function published(title: string, opens_at: number): Promise<Lot> {
  const { body } = await client.send("POST", "/tenders", { title, lot: LOT, deadline: opens_at, opens_at });
  return { id: String(body["id"]), title, opens_at };
}

/** A page with the visitor's settings; signed in or not. */
async function visited(look: Look, address: string, signedIn: boolean): Promise<Page> {
  const { context } = browser;
  await context.clearCookies();
  if (signedIn) {
    await context.addCookies([cookie(client)]);
  }
  const page = await context.newPage();
  await page.emulateMedia({ colorScheme: look.scheme });
  // Half the width in the page's own measure is what 200 % leaves.
  await page.setViewportSize({ width: WIDTH / look.scale, height: 800 });
  await page.addInitScript((language) => {
    localStorage.setItem("language", language);
  }, look.language);
  await page.goto(`${portal.origin}/${address}`);
  await page.locator("#view > *").first().waitFor();
  return page;
}

function cookie({ cookie }: Client): Parameters<BrowserContext["addCookies"]>[0][number] {
  const [name = "", value = ""] = cookie.split("=");
  return { name, value, url: portal.origin, secure: true, httpOnly: true };
}

interface Look {
  language: "zh-CN" | "en";
  scheme: "light" | "dark";
  scale: 1 | 2;
}

const LOOKS = (["zh-CN", "en"] as const).flatMap((language) =>
  (["light", "dark"] as const).flatMap((scheme) => ([1, 2] as const).map((scale) => ({ language, scheme, scale }))),
);

/** Everything that a look at a page would find. */
async function faults(page: Page, language: string): Promise<string[]> {
  await page.evaluate(AXE);
  return page.evaluate(
    async ([language, own]) => {
      const found: string[] = [];
      if (document.documentElement.scrollWidth > innerWidth) {
        found.push("the page is wider than the window");
      }
      for (const one of document.querySelectorAll<HTMLElement>("body *:not(pre):not(.scroll):not(input):not(script)")) {
        if (one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).display !== "inline") {
          found.push(`cut off: ${one.outerHTML.slice(0, 120)}`);
        }
      }
      const text = own.reduce((text, words) => text.replaceAll(words, ""), document.body.innerText);
      if (language === "en" && /\p{Script=Han}/u.test(text.replace(/\{[^]*\}/, ""))) {
        found.push(`Chinese in English: ${text}`);
      }
      if (/undefined|NaN|\{[a-z]+\}/.test(text)) {
        found.push(`a fact is missing: ${text}`);
      }
      interface Violation {
        id: string;
        impact: string;
        nodes: { html: string }[];
      }
      const { axe } = window as unknown as { axe: { run(where: Document): Promise<{ violations: Violation[] }> } };
      for (const { id, impact, nodes } of (await axe.run(document)).violations) {
        if (impact === "serious" || impact === "critical") {
          found.push(`${id}: ${nodes.map((node) => node.html.slice(0, 100)).join(" ")}`);
        }
      }
      return found;
    },
    [language, OWN] as const,
  );
}

describe.each(LOOKS)("in $language, $scheme, at a scale of $scale", (look) => {
  test.each<[string, () => string, boolean]>([
    ["the way in", () => "", false],
    ["the list", () => "#/", true],
    ["a tender", () => `#/tender/${taking.id}`, true],
    ["the opening room", () => `#/tender/${opening.id}`, true],
  ])("%s is whole", async (_, address, signedIn) => {
    const page = await visited(look, address(), signedIn);
    expect(await faults(page, look.language)).toEqual([]);
    await page.close();
  });

  test("an error is whole, and is told to who cannot see it", async () => {
    const page = await visited(look, "", false);
    await page.click("#login");
    await page.locator("#note.bad").waitFor();
    expect(await page.getAttribute("#note", "role")).toBe("status");
    expect(await faults(page, look.language)).toEqual([]);
    await page.close();
  });
});

test("every control is reached by the keyboard alone", async () => {
  const page = await visited({ language: "en", scheme: "light", scale: 1 }, `#/tender/${taking.id}`, true);
  const wanted = await page.locator("a:visible, button:visible, input:visible").count();
  const reached = new Set<string>();
  for (let presses = 0; presses < 40; presses += 1) {
    await page.keyboard.press("Tab");
    reached.add(await page.evaluate(() => document.activeElement?.outerHTML ?? ""));
  }
  reached.delete(await page.evaluate(() => document.body.outerHTML));
  expect(reached.size).toBeGreaterThanOrEqual(wanted);
  await page.close();
});
