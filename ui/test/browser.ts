// The screens over sample data in Chromium, for tests of what a person does with them.

import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { extname, join } from "node:path";
import { chromium, type Browser, type Page } from "playwright-core";
import { build } from "vite";

const ROOT = join(import.meta.dirname, "..");
const TYPES: Record<string, string> = {
  ".html": "text/html",
  ".css": "text/css",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
};

/** The screens, built and served, and a browser for them. */
export class Site {
  private constructor(
    private readonly server: Server,
    private readonly browser: Browser,
    private readonly address: string,
  ) {}

  /** Builds them into a folder of their own below target/screens, since test files run beside each other. */
  static async open(name: string): Promise<Site> {
    const folder = join(ROOT, "../target/screens", `site-${name}`);
    await build({ root: ROOT, mode: "fake", logLevel: "error", build: { outDir: folder, emptyOutDir: true } });
    const server = createServer((request, response) => {
      const path = new URL(request.url ?? "/", "http://localhost").pathname;
      response.setHeader("Content-Type", TYPES[extname(path)] ?? "application/octet-stream");
      try {
        response.end(readFileSync(join(folder, path)));
      } catch {
        response.writeHead(404).end();
      }
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    const bound = server.address();
    const port = typeof bound === "object" && bound ? bound.port.toString() : "";
    const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
    return new Site(server, browser, `http://127.0.0.1:${port}`);
  }

  /** A screen in a scenario, in Chinese, on a computer of a time zone. */
  async screen(screen: string, scenario = "full", timezoneId = "Asia/Shanghai"): Promise<Page> {
    const viewport = { width: 1280, height: 860 };
    const context = await this.browser.newContext({ viewport, timezoneId, reducedMotion: "reduce" });
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    await page.goto(`${this.address}/index.html?scenario=${scenario}&lang=zh-CN&theme=light#${screen}`);
    await page.locator("h1").first().waitFor();
    return page;
  }

  /** A question's window of a size, in Chinese. */
  async question(address: string, viewport: { width: number; height: number }): Promise<Page> {
    const context = await this.browser.newContext({ viewport, reducedMotion: "reduce" });
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    await page.goto(`${this.address}/${address}&lang=zh-CN&theme=light`);
    await page.locator("h1").first().waitFor();
    return page;
  }

  async close(): Promise<void> {
    await this.browser.close();
    this.server.close();
  }
}
