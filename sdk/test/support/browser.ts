// Debian's Chromium with an empty profile, in which every page of these tests is a page of the internet.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { type BrowserContext, chromium } from "playwright-core";

/** Names that lead to this computer, as names of the internet would lead to a server. */
export const HOSTS = ["portal.example", "outer.example"];

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
/** Chromium 145 split the permission for the local network; the whole is still known by its first name. */
const PERMISSIONS = ["local-network-access", "loopback-network", "local-network"];

/** A browser and what belongs to it. */
export interface Browser {
  context: BrowserContext;
  /** Its folder. */
  profile: string;
  close(): Promise<void>;
}

/**
 * Starts it; pages served at these ports of this computer count as public. With a person's home folder, the browser
 * believes what that person's certificate store believes; otherwise it believes everybody.
 */
export async function openBrowser(
  publicPorts: number[],
  home?: string,
  program = "/usr/bin/chromium",
): Promise<Browser> {
  const profile = mkdtempSync(join(tmpdir(), "bidseal-chromium-"));
  const overrides = publicPorts.map((port) => `127.0.0.1:${String(port)}=public`).join(",");
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: program,
    headless: true,
    ignoreHTTPSErrors: home === undefined,
    env: { ...process.env, ...(home !== undefined && { HOME: home }) },
    locale: "en-US",
    args: [
      ...FLAGS,
      `--ip-address-space-overrides=${overrides}`,
      `--host-resolver-rules=${HOSTS.map((host) => `MAP ${host} 127.0.0.1`).join(",")}`,
    ],
  });
  return {
    context,
    profile,
    async close() {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

/** Answers the browser's own question about the local network, for every page; what was answered before is forgotten. */
export async function answer({ context }: Browser, setting: "granted" | "denied"): Promise<void> {
  const page = context.pages()[0] ?? (await context.newPage());
  // The answer holds as long as the session: it is ended with the browser.
  const session = await context.newCDPSession(page);
  for (const name of PERMISSIONS) {
    await session.send("Browser.setPermission", { permission: { name }, setting });
  }
}
