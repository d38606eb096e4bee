// The administrator's policy of the portal guide, word for word, in a browser that reads it as its own.

import { chmodSync, readFileSync } from "node:fs";
import { resolve } from "node:path";

import { afterAll, beforeAll, expect, test } from "vitest";

import type * as Sdk from "../../src/index";
import { type Browser, HOSTS, openBrowser } from "../support/browser";
import { Agent, Desk } from "../support/desk";
import { freePort, serve, type Site } from "../support/site";

declare const Bidseal: typeof Sdk;

const GUIDE = resolve(import.meta.dirname, "../../../docs/portal-guide.md");
/** Gives the browser a folder of policies that nobody else sees. */
const WRAPPER = `#!/bin/sh
exec unshare -m sh -c 'mount -t tmpfs none /etc/chromium && mkdir -p /etc/chromium/policies/managed &&
  cp "$BIDSEAL_POLICY" /etc/chromium/policies/managed/bidseal.json && exec /usr/bin/chromium "$@"' sh "$@"
`;

let desk: Desk;
let agent: Agent;
let site: Site;
let managed: Browser;
let free: Browser;

beforeAll(async () => {
  desk = new Desk("p256");
  agent = await Agent.start(desk, await freePort());
  site = await serve({ "/": {} }, HOSTS);
  const json = /```json\n(\{[^`]*"LoopbackNetworkAllowedForUrls"[^`]*)```/.exec(readFileSync(GUIDE, "utf8"))?.[1] ?? "";
  const policy = json.replaceAll("https://portal.example", `https://portal.example:${String(site.port)}`);
  const program = desk.write("chromium", WRAPPER);
  chmodSync(program, 0o755);
  process.env["BIDSEAL_POLICY"] = desk.write("policy.json", policy);
  managed = await openBrowser([site.port], undefined, program);
  free = await openBrowser([site.port]);
});

afterAll(async () => {
  await managed.close();
  await free.close();
  await site.close();
  await agent.stop();
  desk.remove();
});

/** What a page's permission is before anybody was asked. */
async function permission({ context }: Browser, host: string): Promise<string> {
  const page = await context.newPage();
  await page.goto(`https://${host}:${String(site.port)}/`);
  const state = await page.evaluate(
    async () => (await navigator.permissions.query({ name: "loopback-network" as PermissionName })).state,
  );
  await page.close();
  return state;
}

test("lets the portal it names connect without a question, and no other site", async () => {
  expect(await permission(managed, "portal.example")).toBe("granted");
  expect(await permission(managed, "outer.example")).toBe("prompt");
  expect(await permission(free, "portal.example")).toBe("prompt");
  const page = await managed.context.newPage();
  await page.goto(`https://portal.example:${String(site.port)}/`);
  const { port } = await page.evaluate((port) => new Bidseal.Bidseal({ ports: [port] }).status(), agent.port);
  expect(port).toBe(agent.port);
});
