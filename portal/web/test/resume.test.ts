// An upload in a real browser while the line breaks and the server dies under it: it goes on, and every byte is right.

import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";

import { type Browser, openBrowser } from "../../../sdk/test/support/browser";
import { Desk } from "../../../sdk/test/support/desk";
import { encrypted, type Lot, type Sealed } from "./support/bid";
import { Client } from "./support/client";
import { Company } from "./support/company";
import { openPortal, type Portal } from "./support/portal";

/** More than a few slices. */
const SIZE = 30 << 20;

let desk: Desk;
let portal: Portal;
let browser: Browser;
let page: Page;
let lot: Lot;
let bid: Sealed;
let statement: string;

beforeAll(async () => {
  desk = new Desk("p256");
  portal = await openPortal(desk, 18651);
  const company = new Company(desk, "uploader");
  const client = await Client.open(portal);
  await company.enter(client);
  const opens_at = Math.floor(Date.now() / 1000) + 3600;
  const tender = { title: "resume", lot: "", deadline: opens_at, opens_at };
  const { body } = await client.send("POST", "/tenders", tender);
  lot = { id: String(body["id"]), title: "resume", opens_at };
  bid = encrypted(desk, portal, lot, "big", Buffer.alloc(SIZE, 7));
  statement = desk.file("mine.p7s");
  writeFileSync(statement, Buffer.from(company.signs(bid.statement, false), "base64"));
  browser = await openBrowser([portal.port]);
  const [name = "", value = ""] = client.cookie.split("=");
  await browser.context.addCookies([{ name, value, url: portal.origin, secure: true, httpOnly: true }]);
  page = await browser.context.newPage();
  await page.goto(`${portal.origin}/#/tender/${lot.id}`);
});

afterAll(async () => {
  await browser.close();
  await portal.close();
  desk.remove();
});

/** How much of the bid lies at the portal. */
function arrived(): number {
  const [name = ""] = readdirSync(join(portal.data, "bids"));
  return name === "" ? 0 : statSync(join(portal.data, "bids", name)).size;
}

test("goes on by itself over a broken line and a killed server, and by hand after the page was closed", async () => {
  const ranges: number[] = [];
  let broken = 0;
  // From here on nothing arrives: the visitor closes the page in the middle, however fast or slow the machine is.
  let most = 6;
  portal.onRequest = ({ method, headers }) => {
    if (method !== "PUT") {
      return true;
    }
    ranges.push(Number(/bytes (\d+)-/.exec(headers["content-range"] ?? "")?.[1]));
    if (ranges.length === 2) {
      broken += 1;
      return false;
    }
    if (ranges.length === 4) {
      broken += 1;
      // While the slice is on its way.
      setTimeout(() => void portal.kill().then(() => portal.restart()), 3);
    }
    return ranges.length <= most;
  };
  const choose = async (): Promise<void> => {
    await page.setInputFiles("#resume [name=again]", [bid.path, statement]);
    await page.click("#resume button");
  };
  await choose();
  await expect.poll(() => ranges.length, { timeout: 30_000 }).toBeGreaterThan(5);
  expect(broken).toBe(2);

  // The visitor closes the page in the middle, and comes back.
  await page.close();
  const before = arrived();
  expect(before).toBeGreaterThan(0);
  expect(before).toBeLessThan(bid.bytes.length);
  page = await browser.context.newPage();
  await page.goto(`${portal.origin}/#/tender/${lot.id}`);
  most = Infinity;
  ranges.length = 10;
  await choose();
  await page.locator("#submitted").waitFor({ timeout: 60_000 });
  // A slice that was on its way when the page was closed may have come in since.
  expect(ranges[10]).toBeGreaterThanOrEqual(before);
  expect(ranges[10]).toBeLessThan(bid.bytes.length);

  const [name = ""] = readdirSync(join(portal.data, "bids"));
  expect(readFileSync(join(portal.data, "bids", name)).equals(bid.bytes)).toBe(true);
});
