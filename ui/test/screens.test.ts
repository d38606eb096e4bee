// @vitest-environment node
// Every screen in Chromium over sample data: photographed, with nothing cut off, and without an accessibility violation.
//
// The pictures lie in target/screens. `BIDSEAL_TEST_SIZE=full` takes every combination; else each screen is taken in both
// languages, both looks and both sizes, but not in all eight combinations of them.

import { mkdirSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { extname, join } from "node:path";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { build } from "vite";
import extents from "../../desktop/src/extents.json" with { type: "json" };

const ROOT = join(import.meta.dirname, "..");
const OUT = join(ROOT, "../target/screens");
const AXE = readFileSync(new URL(import.meta.resolve("axe-core/axe.min.js")), "utf8");
const FULL = process.env.BIDSEAL_TEST_SIZE === "full";
const TYPES: Record<string, string> = {
  ".html": "text/html",
  ".css": "text/css",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
};
const SCREENS = [
  "home",
  "certificates",
  "seals",
  "stamp",
  "encrypt",
  "open",
  "bids",
  "verify",
  "websites",
  "check",
  "settings",
  "about",
  "practice",
];
/** Every screen that the navigation lists. */
const LISTED = SCREENS.filter((screen) => screen !== "practice");
const SCENARIOS = ["full", "empty", "busy", "error"];
const ASKS = [
  "consent",
  "many",
  "encrypt",
  "repair",
  "connect",
  "secret",
  "new_pin",
  "last_try",
  "clear",
  "pad",
  "quit",
  "puk",
];
/** Questions of one kind with windows of different sizes, and one kind with two questions. */
const ROWS: Record<string, string> = { encrypt: "consent", many: "consent", new_pin: "secret_twice" };
/** Language, look, scaling. */
type Look = readonly ["zh" | "en", "light" | "dark", 1 | 1.5 | 2 | 2.5];
const EVERY: Look[] = (["zh", "en"] as const).flatMap((language) =>
  (["light", "dark"] as const).flatMap((look) => ([1, 2] as const).map((scale): Look => [language, look, scale])),
);
const FEW: Look[] = [
  ["zh", "light", 1],
  ["en", "dark", 2],
];

let server: Server;
let browser: Browser;
let address: string;

beforeAll(async () => {
  await build({ root: ROOT, mode: "fake", logLevel: "error" });
  const site = join(OUT, "site");
  server = createServer((request, response) => {
    const name = new URL(request.url ?? "/", "http://localhost").pathname;
    response.setHeader("Content-Type", TYPES[extname(name)] ?? "application/octet-stream");
    try {
      response.end(readFileSync(join(site, name)));
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const bound = server.address();
  address = `http://127.0.0.1:${typeof bound === "object" && bound ? bound.port.toString() : ""}`;
  browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
}, 120_000);

afterAll(async () => {
  await browser.close();
  server.close();
});

/** A window of 1280 × 860 device pixels per 100 %, at a scaling. */
async function open(path: string, [language, look, scale]: Look, size = { width: 1280, height: 860 }): Promise<Page> {
  const viewport = { width: Math.round(size.width / scale), height: Math.round(size.height / scale) };
  const context = await browser.newContext({ viewport, deviceScaleFactor: scale, reducedMotion: "reduce" });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) faults.push(message.text());
  });
  const [file, hash] = path.split("#");
  const separator = file?.includes("?") ? "&" : "?";
  await page.goto(
    `${address}/${file ?? ""}${separator}lang=${language === "zh" ? "zh-CN" : "en"}&theme=${look}#${hash ?? ""}`,
  );
  await page.locator("h1").first().waitFor();
  Object.assign(page, { faults });
  return page;
}

/** Brings a screen into the state that the scenario is about. */
async function act(page: Page, screen: string, scenario: string): Promise<void> {
  const click = async (name: string): Promise<void> => {
    await page.locator(name).first().click();
  };
  if (screen === "certificates" && scenario === "full") {
    await click("main details summary >> nth=1");
    await click('[name="certificate-status"]');
    await page.locator(".check[role=status]").waitFor();
  }
  if (screen === "practice" && scenario !== "empty") {
    await click('[name="practice-next"]');
    if (scenario === "busy") await click('[name="practice-next"] >> nth=0');
    if (scenario === "full") {
      await click('[name="practice-next"]');
      await page.getByRole("heading", { level: 2 }).nth(2).waitFor();
      await click('[name="practice-next"]');
    }
  }
  if (screen === "seals" && scenario !== "empty") await click("main h1 + button");
  if (screen === "stamp" && scenario !== "empty") {
    await click('[name="choose"]');
    await page.locator(".sheet").waitFor();
    if (scenario === "full") {
      await page.locator(".seal img").waitFor();
      await choose(page, 0);
      await click('[name="stamp"]');
      await page.locator("main section[role=status]").waitFor();
    }
  }
  if (screen === "open" && scenario !== "empty") await click('[name="choose"]');
  if (screen === "open" && scenario === "busy") await click('[name="rehearse"]');
  if (screen === "open" && scenario === "full") await click('[name="decrypt"]');
  if (screen === "verify" && scenario !== "empty") await click('[name="choose"]');
  if (screen === "encrypt" && scenario !== "empty") {
    await click('[name="add-files"]');
    if (scenario === "full" || scenario === "busy") {
      await choose(page, 0);
      await click('[name="encrypt"]');
    }
  }
  await page.waitForTimeout(50);
  await page.evaluate(() => Promise.all(document.getAnimations().map((one) => one.finished.catch(() => undefined))));
}

/** Chooses the first entry of a select. */
async function choose(page: Page, index: number): Promise<void> {
  await page.locator("main .el-select").nth(index).click();
  await page.locator(".el-select-dropdown__item:visible").first().click();
}

/** Elements whose text does not fit into them, and whether the page scrolls sideways. */
async function overflowing(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const cut: string[] = [];
    for (const element of document.querySelectorAll<HTMLElement>("body *")) {
      const style = getComputedStyle(element);
      const isField =
        ["INPUT", "SELECT", "CANVAS"].includes(element.tagName) ||
        element.closest(".el-select, .el-input, .el-popper") !== null;
      if (isField || element.matches(".unseen") || style.display === "inline" || style.visibility === "hidden")
        continue;
      const scrolls = ["auto", "scroll"].includes(style.overflowX) && element.tagName !== "MAIN";
      if (!scrolls && element.clientWidth > 0 && element.scrollWidth > element.clientWidth + 1) {
        cut.push(`${element.tagName}.${element.className}: ${element.textContent.trim().slice(0, 40)}`);
      }
    }
    if (document.documentElement.scrollWidth > window.innerWidth + 1) cut.push("the page scrolls sideways");
    return cut;
  });
}

/** Fields and buttons of a question, its list of documents aside, that lie outside the window. */
async function outside(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>(".end button, input")]
      .filter((one) => one.getBoundingClientRect().bottom > window.innerHeight || one.getBoundingClientRect().top < 0)
      .map((one) => one.getAttribute("name") ?? one.tagName),
  );
}

interface Violation {
  id: string;
  impact: string | null;
  nodes: { html: string }[];
}
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const found = await page.evaluate(async () => {
    const axe = (window as unknown as { axe: { run: (where: Document) => Promise<{ violations: Violation[] }> } }).axe;
    return (await axe.run(document)).violations;
  });
  const grave = found.filter((one) => one.impact === "serious" || one.impact === "critical");
  return grave.map(
    (one) =>
      `${one.id}: ${one.nodes
        .map((node) => node.html.slice(0, 160))
        .slice(0, 3)
        .join(" | ")}`,
  );
}

async function judge(page: Page, name: string): Promise<void> {
  mkdirSync(OUT, { recursive: true });
  await page.screenshot({ path: join(OUT, `${name}.png`) });
  expect(await overflowing(page), `${name}: text is cut`).toEqual([]);
  expect(await violations(page), `${name}: accessibility`).toEqual([]);
  expect((page as Page & { faults: string[] }).faults, `${name}: faults in the page`).toEqual([]);
  expect(await page.evaluate(() => "hacked" in window), `${name}: a name became code`).toBe(false);
  await page.context().close();
}

describe("the main window", () => {
  describe.each(SCREENS)("%s", (screen) => {
    test.each(SCENARIOS)("%s", { timeout: 120_000 }, async (scenario) => {
      for (const look of FULL || (screen === "home" && scenario === "full") ? EVERY : FEW) {
        const page = await open(`index.html?scenario=${scenario}#${screen}`, look);
        await act(page, screen, scenario);
        await judge(page, [screen, scenario, look[0], look[1], (look[2] * 100).toString()].join("-"));
      }
    });
  });
});

describe("the consent and PIN windows", () => {
  test.each(ASKS)("%s", { timeout: 120_000 }, async (ask) => {
    for (const look of FULL ? EVERY : FEW) {
      const file = ["secret", "new_pin"].includes(ask) ? "pin" : "consent";
      // As large as the program opens them; scaled, they are as many pixels more.
      const [width, height] = (extents as Record<string, number[]>)[ROWS[ask] ?? ask] ?? [];
      if (width === undefined || height === undefined) throw new Error(`no window is meant for ${ask}`);
      const page = await open(`${file}.html?ask=${ask}`, look, { width: width * look[2], height: height * look[2] });
      // The first page of the first document is a part of what a person judges by.
      if (["consent", "many"].includes(ask)) await page.locator("figure img").waitFor();
      expect(await outside(page), `${ask}: what is to be pressed is seen without scrolling`).toEqual([]);
      await judge(page, [ask, look[0], look[1], (look[2] * 100).toString()].join("-"));
    }
  });
});

describe("without a mouse", () => {
  test("every screen is reached by the keyboard alone", { timeout: 60_000 }, async () => {
    const page = await open("index.html?scenario=full#home", ["zh", "light", 1]);
    const reached = new Set<string>();
    for (let index = 0; index < 12; index += 1) {
      await page.keyboard.press("Tab");
      reached.add(await page.evaluate(() => document.activeElement?.getAttribute("href") ?? ""));
    }
    expect([...reached].sort()).toEqual(LISTED.map((screen) => `#${screen}`).sort());
    await page.context().close();
  });

  test("a document is stamped", { timeout: 60_000 }, async () => {
    const page = await open("index.html?scenario=full#stamp", ["zh", "light", 1]);
    const focused = (): Promise<string> =>
      page.evaluate(() => {
        const at = document.activeElement;
        return at?.getAttribute("name") ?? at?.getAttribute("aria-label") ?? at?.textContent.trim() ?? "";
      });
    const tabTo = async (wanted: string): Promise<void> => {
      for (let index = 0; index < 80; index += 1) {
        await page.keyboard.press("Tab");
        if ((await focused()) === wanted) return;
      }
      throw new Error(`${wanted} is not reached by the keyboard`);
    };
    await tabTo("choose");
    await page.keyboard.press("Enter");
    await page.locator(".seal img").waitFor();
    await tabTo("签名证书");
    await page.keyboard.press("ArrowDown");
    await page.locator(".el-select-dropdown__item:visible").first().waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await tabTo("stamp");
    await page.keyboard.press("Enter");
    await page.locator("main section[role=status]").waitFor();
    expect(await page.locator("main section[role=status]").textContent()).toContain("2 个文件已盖章");
    await page.context().close();
  });

  test("a PIN is typed and sent, and a consent is refused", { timeout: 60_000 }, async () => {
    const said = (page: Page): Promise<string | undefined> => page.evaluate(() => document.body.dataset.said);
    const pin = await open("pin.html?ask=secret", ["zh", "light", 1], { width: 560, height: 560 });
    await pin.keyboard.type("Right-1234");
    await pin.keyboard.press("Enter");
    await expect.poll(() => said(pin)).toBe("10:-");
    await pin.context().close();
    const consent = await open("consent.html?ask=consent", ["zh", "light", 1], { width: 560, height: 560 });
    // A page asks: the first thing that Enter does must not be a yes.
    await consent.keyboard.press("Enter");
    expect(await said(consent)).toBeUndefined();
    for (let index = 0; index < 20; index += 1) {
      await consent.keyboard.press("Tab");
      if ((await consent.evaluate(() => document.activeElement?.getAttribute("name"))) === "no") break;
    }
    await consent.keyboard.press("Enter");
    await expect.poll(() => said(consent)).toBe("no");
    await consent.context().close();
  });

  test("the seal moves by a millimetre, and by a tenth", { timeout: 60_000 }, async () => {
    const page = await open("index.html?scenario=full#stamp", ["zh", "light", 1]);
    await act(page, "stamp", "error");
    const seal = page.locator(".seal");
    await seal.focus();
    const x = async (): Promise<number> => Number(await page.locator('[name="seal-x"]').inputValue());
    const before = await x();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Shift+ArrowLeft");
    expect(await x()).toBeCloseTo(before + 0.9, 5);
    await page.context().close();
  });
});

describe("at other scalings", () => {
  test.each([1.5, 2.5] as const)(
    "by %d no screen scrolls sideways and nothing is cut",
    { timeout: 120_000 },
    async (scale) => {
      for (const screen of SCREENS) {
        for (const language of ["zh", "en"] as const) {
          const page = await open(`index.html?scenario=full#${screen}`, [language, "light", scale]);
          await act(page, screen, "empty");
          expect(await overflowing(page), `${screen} ${language} ${scale.toString()}`).toEqual([]);
          await page.context().close();
        }
      }
    },
  );
});

describe("while a key is slow", () => {
  test("other screens work, and the work can be stopped", { timeout: 60_000 }, async () => {
    const page = await open("index.html?scenario=busy#stamp", ["zh", "light", 1]);
    await act(page, "stamp", "busy");
    await choose(page, 0);
    await page.locator('[name="stamp"]').click();
    await page.locator('main [name="stop"]').waitFor();
    await page.locator('nav a[href="#home"]').click();
    await page.locator("main article").first().waitFor();
    await page.locator('nav a[href="#settings"]').click();
    await page.locator("main .el-select").first().waitFor();
    await page.context().close();
  });
});

describe("dragging a seal", () => {
  test.each([1, 2] as const)(
    "at a scale of %i the place is where the pointer let go",
    { timeout: 60_000 },
    async (scale) => {
      const page = await open("index.html?scenario=full#stamp", ["zh", "light", scale]);
      await act(page, "stamp", "error");
      const seal = page.locator(".seal");
      await seal.locator("img").waitFor();
      await page.locator(".sheet").scrollIntoViewIfNeeded();
      const sheet = await page.locator(".sheet canvas").boundingBox();
      const box = await seal.boundingBox();
      if (!sheet || !box) throw new Error("nothing is shown");
      const [fromX, fromY] = [box.x + box.width / 2, box.y + box.height / 2];
      await page.mouse.move(fromX, fromY);
      await page.mouse.down();
      await page.mouse.move(fromX + 40, fromY - 30, { steps: 5 });
      await page.mouse.up();
      const perPixel = 210 / sheet.width;
      const shown = async (name: string): Promise<number> =>
        Number(await page.locator(`[name="${name}"]`).inputValue());
      expect(Math.abs((await shown("seal-x")) - (fromX + 40 - sheet.x) * perPixel)).toBeLessThan(0.5);
      expect(Math.abs((await shown("seal-y")) - (fromY - 30 - sheet.y) * perPixel)).toBeLessThan(0.5);
      await page.context().close();
    },
  );
});
