// What a page of the internet learns about this computer, by the browser's permission and by what holds the port.

import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type * as Sdk from "../../src/index";
import { answer, type Browser, HOSTS, openBrowser } from "../support/browser";
import { Agent, Desk } from "../support/desk";
import { foreign, freePort, serve, type Site } from "../support/site";

declare const Bidseal: typeof Sdk;

/** What `status` of the SDK came to. */
interface Outcome {
  code: string;
  message: string;
}

async function status(page: Page, port: number): Promise<Outcome> {
  const frame = page.frames().find((one) => one.url().endsWith("/inner")) ?? page.mainFrame();
  return frame.evaluate(async (port) => {
    try {
      const status = await new Bidseal.Bidseal({ ports: [port], language: "en" }).status();
      return { code: "ok", message: status.installation };
    } catch (error) {
      const { code, message } = error as Sdk.BidsealError;
      return { code, message };
    }
  }, port);
}

let desk: Desk;
let browser: Browser;
let site: Site;
let plain: Site;
let port: number;

const csp = (sources: string): Record<string, string> => ({
  "content-security-policy": `default-src 'self'; connect-src ${sources}`,
});

beforeAll(async () => {
  desk = new Desk("p256");
  port = await freePort();
  const inner = (origin: string, allow: string): string => `<iframe src="${origin}/inner" allow="${allow}"></iframe>`;
  const pages: Parameters<typeof serve>[0] = { "/": {}, "/inner": {}, "/csp": { headers: csp("'self'") } };
  pages["/csp-open"] = {
    headers: csp(`'self' http://127.0.0.1:${String(port)} ws://127.0.0.1:${String(port)}`),
  };
  site = await serve(pages, HOSTS);
  const origin = `https://portal.example:${String(site.port)}`;
  pages["/frame"] = { body: inner(origin, "") };
  pages["/frame-allowed"] = { body: inner(origin, "local-network-access; loopback-network; local-network") };
  plain = await serve(pages, HOSTS, true);
  browser = await openBrowser([site.port, plain.port]);
}, 60_000);

afterAll(async () => {
  await browser.close();
  await site.close();
  await plain.close();
  desk.remove();
});

async function visit(path: string, host = "portal.example"): Promise<Page> {
  const page = await browser.context.newPage();
  await page.goto(`https://${host}:${String(site.port)}${path}`);
  return page;
}

/** Looks at the port while something holds it. */
async function looked(path: string, host?: string): Promise<Outcome> {
  const page = await visit(path, host);
  const outcome = await status(page, port);
  await page.close();
  return outcome;
}

describe.each(["granted", "denied"] as const)("the permission is %s", (permission) => {
  beforeAll(async () => {
    await answer(browser, permission);
  });

  test("and the page can read it", async () => {
    const page = await visit("/");
    const query = (name: string): Promise<string> =>
      page.evaluate(async (name) => (await navigator.permissions.query({ name: name as PermissionName })).state, name);
    expect(await query("local-network-access")).toBe(permission);
    expect(await query("loopback-network")).toBe(permission);
    await page.close();
  });

  const expected = (code: string): string => (permission === "granted" ? code : "permission_denied");

  test("and the agent is running", async () => {
    const agent = await Agent.start(desk, port);
    const outcome = await looked("/");
    await agent.stop();
    expect(outcome.code).toBe(expected("ok"));
  });

  test("and the agent is stopped", async () => {
    const outcome = await looked("/");
    expect(outcome.code).toBe(expected("not_running"));
    if (permission === "denied") {
      expect(outcome.message).toContain("cannot be told");
    }
  });

  test("and another program holds the port", async () => {
    const other = await foreign(port);
    const outcome = await looked("/");
    await other.close();
    expect(outcome.code).toBe(expected("not_ours"));
  });
});

describe("the permission is granted, and the page stands in the way", () => {
  let agent: Agent;

  beforeAll(async () => {
    await answer(browser, "granted");
    agent = await Agent.start(desk, port);
  });

  afterAll(async () => {
    await agent.stop();
  });

  test("a page that came over http is told so", async () => {
    const page = await browser.context.newPage();
    await page.goto(`http://portal.example:${String(plain.port)}/`);
    expect((await status(page, port)).code).toBe("insecure_context");
    await page.close();
  });

  test("a frame to which the permission is not passed on is told so", async () => {
    expect((await looked("/frame", "outer.example")).code).toBe("blocked_frame");
  });

  test("a frame to which it is passed on connects", async () => {
    expect((await looked("/frame-allowed", "outer.example")).code).toBe("ok");
  });

  test("a page whose policy forbids it is told so, and the documented line lets it through", async () => {
    expect((await looked("/csp")).code).toBe("csp");
    expect((await looked("/csp-open")).code).toBe("ok");
  });

  test("the same page connects when nothing stands in the way", async () => {
    expect((await looked("/")).code).toBe("ok");
  });
});
