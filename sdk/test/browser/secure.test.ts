// Secure connections, with a real agent for which the person turned them on, in browsers that do and do not trust it.

import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type * as Sdk from "../../src/index";
import { answer, type Browser, HOSTS, openBrowser } from "../support/browser";
import { Agent, Desk } from "../support/desk";
import { certificate, freePort, serve, type Site } from "../support/site";

declare const Bidseal: typeof Sdk;

/** What a page came to. */
interface Outcome {
  code: string;
  secure?: boolean;
}

let desk: Desk;
let agent: Agent;
let site: Site;
let believer: Browser;
let stranger: Browser;

/** Has a person's browser trust a certificate. */
function trust(home: string, name: string, pem: string): void {
  const store = `${home}/.pki/nssdb`;
  mkdirSync(store, { recursive: true });
  const certutil = (...words: string[]): void => {
    execFileSync("certutil", ["-d", `sql:${store}`, ...words], { stdio: "pipe" });
  };
  certutil("-N", "--empty-password");
  certutil("-A", "-n", name, "-t", "P,,", "-i", pem);
}

beforeAll(async () => {
  desk = new Desk("p256");
  const pair = certificate(HOSTS);
  const pem = desk.write("site.pem", pair.cert);
  trust(desk.person, "site", pem);
  trust(desk.file("stranger"), "site", pem);
  desk.turnTlsOn();
  agent = await Agent.start(desk, await freePort());
  const secure = `127.0.0.1:${String(agent.tlsPort)}`;
  const policy = `default-src 'self'; connect-src 'self' https://${secure} wss://${secure}`;
  site = await serve({ "/": {}, "/strict": { headers: { "content-security-policy": policy } } }, HOSTS, false, pair);
  believer = await openBrowser([site.port], desk.person);
  stranger = await openBrowser([site.port], desk.file("stranger"));
  await answer(believer, "granted");
  await answer(stranger, "granted");
});

afterAll(async () => {
  await believer.close();
  await stranger.close();
  await site.close();
  await agent.stop();
  desk.remove();
});

/** Finds the agent from a page, at these ports. */
async function found(browser: Browser, path: string, ports: number[]): Promise<Outcome> {
  const page = await browser.context.newPage();
  await page.goto(`https://portal.example:${String(site.port)}${path}`);
  const outcome = await page.evaluate(
    async (places) => {
      try {
        const { secure } = await new Bidseal.Bidseal(places).status();
        return { code: "ok", secure };
      } catch (error) {
        return { code: (error as Sdk.BidsealError).code };
      }
    },
    { ports, securePorts: [agent.tlsPort ?? 0] },
  );
  await page.close();
  return outcome;
}

describe("a browser whose person turned them on", () => {
  test("connects over TLS when nothing answers without it", async () => {
    expect(await found(believer, "/", [await freePort()])).toEqual({ code: "ok", secure: true });
  });

  test("connects without TLS where that is possible", async () => {
    expect(await found(believer, "/", [agent.port])).toEqual({ code: "ok", secure: false });
  });

  test("connects over TLS when the site's policy allows nothing else", async () => {
    expect(await found(believer, "/strict", [agent.port])).toEqual({ code: "ok", secure: true });
  });

  test("sends, signs and fetches over TLS alone", async () => {
    const page = await believer.context.newPage();
    const asked: string[] = [];
    page.on("request", (request) => asked.push(new URL(request.url()).protocol));
    page.on("websocket", (socket) => asked.push(new URL(socket.url()).protocol));
    await page.goto(`https://portal.example:${String(site.port)}/strict`);
    const done = page.evaluate(
      async (places) => {
        const bidseal = new Bidseal.Bidseal(places);
        const content = new Blob([new Uint8Array(9 << 20).fill(7)]);
        const { document } = await bidseal.sign({ name: "a.bin", content });
        return (await bidseal.download(document)).size;
      },
      { ports: [agent.port], securePorts: [agent.tlsPort ?? 0] },
    );
    await agent.letsIn("once");
    await agent.agrees();
    expect(await done).toBeGreaterThan(9 << 20);
    expect(new Set(asked)).toEqual(new Set(["https:", "wss:"]));
    await page.close();
  });
});

describe("a browser that does not trust this computer's authority", () => {
  test("learns nothing over TLS, and still connects without it", async () => {
    expect((await found(stranger, "/", [await freePort()])).code).toBe("not_running");
    expect(await found(stranger, "/", [agent.port])).toEqual({ code: "ok", secure: false });
  });
});
