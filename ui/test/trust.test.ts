// What a person sees and does on the screens for bids, verdicts, pages and questions: in Chromium, over sample data.

import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Site } from "./browser";

let site: Site;
beforeAll(async () => {
  site = await Site.open("trust");
}, 120_000);
afterAll(() => site.close());

const CHOOSE = '[name="choose"]';
const HOSTILE = '<img src=x onerror="window.hacked=1">';
const checks = (page: Page): Promise<string[]> =>
  page.locator("[data-check]").evaluateAll((all) => all.map((one) => one.getAttribute("data-check") ?? ""));
async function add(page: Page): Promise<void> {
  await page.locator('[name="add-files"]').click();
  await page.locator("main .el-select").first().click();
  await page.locator(".el-select-dropdown__item:visible").first().click();
}
/** Where an element lies in the window. */
async function isInSight(page: Page, selector: string): Promise<boolean> {
  return page
    .locator(selector)
    .evaluate(
      (one) => one.getBoundingClientRect().top >= 0 && one.getBoundingClientRect().bottom <= window.innerHeight,
    );
}

describe("encrypting a bid", { timeout: 60_000 }, () => {
  test("tells what is missing, and takes no click before everything is there", async () => {
    const page = await site.screen("encrypt");
    expect(await checks(page)).toEqual(["content_missing", "key_missing", "opening_missing"]);
    expect(await page.locator('[name="encrypt"]').isDisabled()).toBe(true);
    await add(page);
    await expect.poll(() => checks(page)).toEqual(["content", "room", "key", "lasts_unknown", "opening_missing"]);
    await page.locator('[name="opens-at"]').fill("2099-01-01 09:30");
    await page.locator('[name="opens-at"]').press("Enter");
    await expect.poll(() => checks(page)).toContain("ends_before");
    expect(await page.locator('[name="encrypt"]').isEnabled()).toBe(true);
    await page.context().close();
  });

  test("takes an opening time by the keyboard, says its day and zone, and refuses one that is past", async () => {
    const page = await site.screen("encrypt");
    await add(page);
    const field = page.getByRole("combobox", { name: "开标时间" });
    const main = page.locator("main");
    expect(await main.textContent()).toContain("按本机时区填写：中国标准时间（UTC+08:00）");
    await field.focus();
    await page.keyboard.type("2099-1-5 9:30");
    await page.keyboard.press("Tab");
    await expect.poll(() => main.textContent()).toContain("开标：2099年1月5日星期一 09:30");
    expect(await field.inputValue()).toBe("2099-01-05 09:30");
    await page
      .locator(".el-picker-panel:visible")
      .waitFor({ state: "detached" })
      .catch(() => undefined);
    expect(await page.locator(".el-picker-panel:visible").count(), "nothing lies over the other fields").toBe(0);
    await field.fill("2020-01-05 09:30");
    await field.press("Enter");
    await page.locator("[role=alert]", { hasText: "开标时间已经过去" }).waitFor();
    expect(await checks(page)).toContain("opening_past");
    expect(await page.locator('[name="encrypt"]').isDisabled()).toBe(true);
    await field.fill("");
    await field.press("Enter");
    await expect.poll(() => checks(page)).toContain("opening_missing");
    expect(await page.locator('[name="encrypt"]').isEnabled()).toBe(true);
    await page.context().close();
  });

  test("shows Beijing time too where the computer lives by another", async () => {
    const page = await site.screen("encrypt", "full", "America/New_York");
    const field = page.locator('[name="opens-at"]');
    await field.fill("2099-01-04 20:30");
    await field.press("Enter");
    await page.getByText("换算成北京时间是 2099年1月5日星期一 09:30").waitFor();
    expect(await page.locator("main").textContent()).toContain("UTC-05:00");
    await page.context().close();
  });

  test("is kept from a disk that is too full", async () => {
    const page = await site.screen("encrypt", "error");
    await page.locator('[name="add-files"]').click();
    await expect.poll(() => checks(page)).toContain("no_room");
    expect(await page.locator('[name="encrypt"]').isDisabled()).toBe(true);
    await page.context().close();
  });

  test("shows how far it is wherever the screen is scrolled to, goes on behind another screen, and can be stopped", async () => {
    const page = await site.screen("encrypt", "busy");
    await add(page);
    await page.locator('[name="encrypt"]').click();
    const bar = page.locator('[role="progressbar"]');
    await bar.waitFor();
    expect(await isInSight(page, '[name="stop"]')).toBe(true);
    expect(await page.locator("main .unseen[role=status]").textContent(), "every quarter is said").toContain("25");
    await page.locator('nav a[href="#home"]').click();
    await page.locator("main article").first().waitFor();
    await page.locator('nav a[href="#encrypt"]').click();
    await bar.waitFor();
    expect(await page.locator("main").textContent()).toContain(HOSTILE);
    await page.locator('[name="stop"]').click();
    await expect.poll(() => page.locator('[name="stop"]').isDisabled()).toBe(true);
    await page.context().close();
  });

  test("ends with what is to be done next", async () => {
    const page = await site.screen("encrypt");
    await add(page);
    await page.locator('[name="encrypt"]').click();
    await page.locator('[name="receipt"]').waitFor();
    const said = (await page.locator("main").textContent()) ?? "";
    for (const wanted of ["试解密成功", "某某大桥工程施工.bid.p7s", "备份标书", "下一步：上传到平台"])
      expect(said).toContain(wanted);
    await page.locator('[name="receipt"]').click();
    await expect.poll(() => page.locator("h1").textContent()).toBe("标书台账");
    await page.context().close();
  });

  test("is done by the keyboard alone", async () => {
    const page = await site.screen("encrypt");
    const tabTo = async (wanted: string): Promise<void> => {
      for (let index = 0; index < 60; index += 1) {
        await page.keyboard.press("Tab");
        const at = await page.evaluate(() => {
          const { activeElement: one } = document;
          return one?.getAttribute("name") ?? one?.getAttribute("aria-label") ?? "";
        });
        if (at === wanted) return;
      }
      throw new Error(`${wanted} is not reached by the keyboard`);
    };
    await tabTo("add-files");
    await page.keyboard.press("Enter");
    await tabTo("投标人的加密证书");
    await page.keyboard.press("ArrowDown");
    await page.locator(".el-select-dropdown__item:visible").first().waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await tabTo("encrypt");
    await page.keyboard.press("Enter");
    await page.locator('[name="receipt"]').waitFor();
    await page.context().close();
  });
});

describe("opening a bid", { timeout: 60_000 }, () => {
  test("names the key before any PIN, and what was opened", async () => {
    const page = await site.screen("open");
    await page.locator(CHOOSE).click();
    await page.locator("[data-need]").waitFor();
    expect(await page.locator("[data-need]").textContent()).toContain("投标专用（红色挂绳）");
    await page.locator('[name="decrypt"]').click();
    await page.getByText("已解密 2 个文件").waitFor();
    expect(await isInSight(page, "main section[role=status]"), "what came of it is seen at once").toBe(true);
    await page.context().close();
  });

  test("offers other ways and evidence when it fails", async () => {
    const page = await site.screen("open", "error");
    await page.locator(CHOOSE).click();
    await page.locator("main [role=alert]").waitFor();
    expect(await page.locator("main ol li").count()).toBeGreaterThanOrEqual(3);
    await page.locator('[name="evidence"]').waitFor();
    await page.context().close();
  });

  test("files that were meant for one screen are not taken by the next", async () => {
    const page = await site.screen("open");
    await page.locator(CHOOSE).click();
    await page.locator("[data-need]").waitFor();
    await page.locator('nav a[href="#verify"]').click();
    await page.locator("h1").first().waitFor();
    expect(await page.locator("main article").count()).toBe(0);
    await page.context().close();
  });
});

describe("a verdict", { timeout: 60_000 }, () => {
  test("is one sentence with the signer, then the facts, then a report", async () => {
    const page = await site.screen("verify");
    await page.locator(CHOOSE).click();
    const sentence = page.locator("main section[role=status]");
    await sentence.waitFor();
    const said = (await sentence.textContent()) ?? "";
    expect(said).toContain(`${HOSTILE}.pdf：不能确认是否有效。`);
    expect(said, "a company, not a distinguished name").not.toContain("CN=");
    const marks = await page.locator("article li .badge").allTextContents();
    expect(marks.map((mark) => mark.trim())).toEqual(["✓", "✓", "✓", "✓", "–", "?", "–"]);
    await page.locator('[name="report"]').click();
    await page.getByText("已保存").waitFor();
    await page.context().close();
  });
});

describe("pages and repairs", { timeout: 60_000 }, () => {
  test("the journal is exported, and says so", async () => {
    const page = await site.screen("websites");
    await page.getByText("导出日志").click();
    await page.getByText("日志已导出到 journal.log").waitFor();
    await page.context().close();
  });

  test("a repair is one click, and what is mended goes from the list", async () => {
    const page = await site.screen("check");
    const repair = page.getByRole("button", { name: "收回其他用户对数据文件夹的权限" });
    await repair.click();
    await page.getByText("已完成：收回其他用户对数据文件夹的权限").waitFor();
    expect(await repair.count()).toBe(0);
    const layers = await page.locator("main ul h2").allTextContents();
    expect(layers[0], "the worst comes first").toContain("有问题");
    await page.context().close();
  });
});

describe("by the keyboard", { timeout: 120_000 }, () => {
  test.each(["encrypt", "open", "verify", "bids", "websites", "check", "settings", "about"])(
    "whatever has the focus on %s shows it, and has a name",
    async (screen) => {
      const page = await site.screen(screen);
      if (screen === "open" || screen === "verify") await page.locator(CHOOSE).click();
      await page.locator("main").evaluate((main) => {
        main.focus();
      });
      const seen: string[] = [];
      const invisible: string[] = [];
      let visited = 0;
      for (let index = 0; index < 30; index += 1) {
        await page.keyboard.press("Tab");
        const at = await page.evaluate(() => {
          const one = document.activeElement;
          if (!(one instanceof HTMLElement) || !document.querySelector("main")?.contains(one)) return null;
          one.scrollIntoView({ block: "center" });
          // What is drawn for a checkbox or a choice lies around its field.
          const shown = one.closest(".el-checkbox, .el-select, .el-input") ?? one;
          const { x, y, width, height } = shown.getBoundingClientRect();
          const label = one.closest("label")?.textContent ?? "";
          const name = one.getAttribute("aria-label") ?? (one.textContent.trim() || label.trim());
          return { name, clip: { x: x - 5, y: y - 5, width: width + 10, height: height + 10 } };
        });
        if (!at) break;
        visited += 1;
        if (at.name === "") seen.push(`nameless: ${index.toString()}`);
        const focused = await page.screenshot({ clip: at.clip, animations: "disabled" });
        const field = await page.evaluateHandle(() => document.activeElement as HTMLElement);
        await field.evaluate((one) => {
          one.blur();
        });
        const without = await page.screenshot({ clip: at.clip, animations: "disabled" });
        await field.evaluate((one) => {
          one.focus();
        });
        if (focused.equals(without)) invisible.push(at.name);
      }
      expect(visited, "reached by the keyboard").toBeGreaterThan(2);
      expect(invisible, "without any sign of the focus").toEqual([]);
      expect(seen, "without a name for a screen reader").toEqual([]);
      await page.context().close();
    },
  );
});

describe("names that others have chosen", { timeout: 60_000 }, () => {
  test.each(["open", "bids", "verify", "websites", "encrypt"])("are text on %s, and none is cut", async (screen) => {
    const page = await site.screen(screen);
    if (screen === "open" || screen === "verify") await page.locator(CHOOSE).click();
    if (screen === "encrypt") await add(page);
    await page.getByText(HOSTILE).first().waitFor();
    expect(await page.evaluate(() => "hacked" in window)).toBe(false);
    expect(await page.locator("main img[src=x]").count()).toBe(0);
    await page.context().close();
  });
});

describe("a consent about fifty documents", { timeout: 60_000 }, () => {
  test("shows each with its digest, whole, and the buttons without scrolling", async () => {
    const page = await site.question("consent.html?ask=many", { width: 680, height: 620 });
    await page.locator("figure img").waitFor();
    expect(await page.locator("main li").count()).toBe(50);
    expect(await page.locator("main li .mono").count()).toBe(50);
    const said = (await page.locator("main").textContent()) ?? "";
    for (const wanted of [HOSTILE, "报价\ufffdfdp.exe", "第一行\ufffd第二行.pdf", "a".repeat(251), "长".repeat(83)]) {
      expect(said).toContain(wanted);
    }
    expect(await page.evaluate(() => "hacked" in window)).toBe(false);
    expect(await isInSight(page, '[name="yes"]')).toBe(true);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
    expect(wide, "nothing makes the window scroll sideways").toBe(false);
    await page.context().close();
  });

  test("shows a page as large as the window, and back", async () => {
    const page = await site.question("consent.html?ask=consent", { width: 680, height: 620 });
    const width = (): Promise<number> =>
      page.locator("figure img").evaluate((one) => one.getBoundingClientRect().width);
    await page.locator("figure img").waitFor();
    expect(await width()).toBeLessThan(250);
    await page.locator('[name="larger"]').click();
    expect(await width()).toBeGreaterThan(550);
    await page.locator('[name="larger"]').click();
    expect(await width()).toBeLessThan(250);
    await page.context().close();
  });

  test("begins with what is asked, with no button that a key press would press", async () => {
    const page = await site.question("consent.html?ask=consent", { width: 680, height: 620 });
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe("H1");
    await page.locator('[name="yes"]:not([disabled])').waitFor();
    for (const key of ["Enter", "Space"]) await page.keyboard.press(key);
    expect(await page.evaluate(() => document.body.dataset.said)).toBeUndefined();
    await page.keyboard.press("Escape");
    await expect.poll(() => page.evaluate(() => document.body.dataset.said)).toBe("cancelled");
    await page.context().close();
  });

  test("a PIN that was wrong leaves field and buttons in sight, and the field empty", async () => {
    const page = await site.question("pin.html?ask=secret&wrong", { width: 520, height: 360 });
    await page.keyboard.type("Wrong-1234");
    await page.keyboard.press("Enter");
    await page.locator("[role=alert] >> nth=1").waitFor();
    for (const one of ['[name="secret"]', '[name="submit"]']) expect(await isInSight(page, one), one).toBe(true);
    expect(await page.locator('[name="secret"]').inputValue()).toBe("");
    expect(await page.evaluate(() => document.activeElement?.getAttribute("name"))).toBe("secret");
    await page.context().close();
  });
});
