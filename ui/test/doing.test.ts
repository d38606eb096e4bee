// @vitest-environment node
// What a person does with keys, seals and documents on the screens, in Chromium.

import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Site } from "./browser";

let site: Site;
beforeAll(async () => {
  site = await Site.open("doing");
}, 120_000);
afterAll(async () => {
  await site.close();
});

const TIME = { timeout: 60_000 };
const leave = (page: Page): Promise<void> => page.context().close();
const focused = (page: Page): Promise<string | null | undefined> =>
  page.evaluate(() => document.activeElement?.getAttribute("name"));

describe("home", () => {
  test("bids with their countdowns are there while a key does not answer", TIME, async () => {
    const page = await site.screen("home", "slow");
    await page.locator("article", { hasText: "某某大桥工程施工" }).waitFor();
    expect(await page.locator("main").textContent()).toContain("正在查找密钥");
    expect(await page.locator("article h3").first().textContent(), "the next opening comes first").toContain(
      "第二分公司",
    );
    await leave(page);
  });

  test("a key that has to be activated leads to its own button", TIME, async () => {
    const page = await site.screen("home");
    await page.locator('[name="key-not_activated"]').click();
    await expect.poll(() => focused(page)).toBe("activate");
    const key = await page.evaluate(() => document.activeElement?.closest("[data-key]")?.getAttribute("data-key"));
    expect(key).toBe("BS-1001");
    await leave(page);
  });

  test("the next step is the opening that is near", TIME, async () => {
    const page = await site.screen("home");
    expect(await page.locator("section.next").textContent()).toMatch(/还有 1[34] 分钟开标/);
    await page.locator('[name="next-step"]').click();
    await expect.poll(() => page.url()).toContain("#open");
    await leave(page);
  });
});

describe("keys", () => {
  test("a nickname is typed and kept, and taken away again", TIME, async () => {
    const page = await site.screen("certificates");
    const panel = page.locator('[data-key="BS-1001"]');
    await panel.locator("summary").first().click();
    const field = panel.locator('[name="nickname"]');
    await field.pressSequentially("新锁");
    await field.press("Enter");
    await expect.poll(() => panel.locator("h2").textContent()).toBe("新锁");
    await field.fill("");
    await field.press("Enter");
    await expect.poll(() => panel.locator("h2").textContent()).toBe("新领的密钥");
    await leave(page);
  });

  test("what does not protect a software key is said", TIME, async () => {
    const page = await site.screen("certificates");
    expect(await page.locator('[data-key="BS-1000"]').textContent()).toContain("可以反复猜 PIN");
    expect(await page.locator('[data-key="BS-1001"]').textContent()).not.toContain("可以反复猜 PIN");
    await leave(page);
  });

  test("numbers are copied, or selected where the clipboard is closed", TIME, async () => {
    const page = await site.screen("certificates");
    const copy = page.getByRole("button", { name: "复制证书号" }).first();
    await copy.click();
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe("5f00000000000000");
    await page.evaluate(() => {
      navigator.clipboard.writeText = () => Promise.reject(new Error("closed"));
    });
    await page.getByRole("button", { name: "复制设备号" }).first().click();
    await expect.poll(() => page.evaluate(() => getSelection()?.toString())).toBe("HX2026000123");
    await leave(page);
  });

  test("one of five hundred certificates is found", TIME, async () => {
    const page = await site.screen("certificates");
    await page.locator('[name="find"]').fill("某某有限公司 499");
    await expect.poll(() => page.locator("[data-key]").count()).toBe(1);
    expect(await page.locator(".line").count()).toBe(1);
    await page.locator('[name="find"]').fill("没有这个");
    await expect.poll(() => page.locator("main").textContent()).toContain("没有符合的");
    await leave(page);
  });

  test("a slow key keeps no other key from being used", TIME, async () => {
    const page = await site.screen("certificates", "busy");
    await page.locator('[data-key="BS-1001"] [name="activate"]').click();
    await expect.poll(() => page.locator('[data-key="BS-1001"] [name="activate"]').isDisabled()).toBe(true);
    expect(await page.locator('[data-key="BS-1000"] [name="change-pin"]').isEnabled()).toBe(true);
    await leave(page);
  });
});

describe("seals", () => {
  test("a width that no seal has is named, and a kept seal leads on to stamping", TIME, async () => {
    const page = await site.screen("seals");
    await page.locator('[name="choose-picture"]').click();
    await page.locator('[name="seal-width"]').fill("4o");
    await page.locator("form [role=alert]").waitFor();
    expect(await page.locator('[name="keep-seal"]').isDisabled()).toBe(true);
    await page.locator('[name="seal-width"]').fill("42");
    await page.locator('[name="keep-seal"]').click();
    await page.locator('[name="to-stamp"]').click();
    await expect.poll(() => page.url()).toContain("#stamp");
    await leave(page);
  });
});

describe("a kept seal", () => {
  test("gets another name, and is removed after a question", TIME, async () => {
    const page = await site.screen("seals");
    const names = (): Promise<string[]> => page.locator("figure.card h2").allTextContents();
    await page.locator('[name="rename-seal"]').first().click();
    await expect.poll(() => focused(page)).toBe("seal-name");
    await page.locator('[name="seal-name"]').fill("合同章");
    await page.keyboard.press("Enter");
    await expect.poll(names).toContain("合同章");
    await page.locator('[name="remove-seal"]').first().click();
    await page.getByText("确定删除印章“合同章”吗？").waitFor();
    await expect.poll(() => focused(page)).toBe("keep-it");
    await page.locator('[name="keep-it"]').click();
    expect(await names()).toContain("合同章");
    await page.locator('[name="remove-seal"]').first().click();
    await page.locator('[name="remove-yes"]').click();
    await expect.poll(names).not.toContain("合同章");
    await leave(page);
  });

  test("a name that is taken is told at the seal", TIME, async () => {
    const page = await site.screen("seals");
    await page.locator('[name="rename-seal"]').last().click();
    await page.locator('[name="seal-name"]').fill("公章");
    await page.keyboard.press("Enter");
    await page.locator("figure.card [role=alert]", { hasText: "seal.exists" }).waitFor();
    await leave(page);
  });
});

describe("stamping", () => {
  const chosen = async (scenario: string): Promise<Page> => {
    const page = await site.screen("stamp", scenario);
    await page.locator('[name="choose"]').click();
    await page.locator(".seal img").waitFor();
    return page;
  };
  const certify = async (page: Page): Promise<void> => {
    await page.locator("main .el-select").first().click();
    await page.locator(".el-select-dropdown__item:visible").first().click();
  };
  const value = (page: Page, name: string): Promise<string> => page.locator(`[name="${name}"]`).inputValue();

  test("what is missing is named", TIME, async () => {
    const page = await chosen("full");
    expect(await page.locator("main").textContent()).toContain("还需要选择：签名证书");
    expect(await page.locator('[name="stamp"]').isDisabled()).toBe(true);
    await certify(page);
    await expect.poll(() => page.locator('[name="stamp"]').isEnabled()).toBe(true);
    await leave(page);
  });

  test("why there is no certificate is told", TIME, async () => {
    const page = await site.screen("stamp", "error");
    await page.locator("main [role=alert]").waitFor();
    expect(await page.locator("main [role=alert]").textContent()).toContain("token.module_failed");
    await leave(page);
  });

  test("what is no PDF is named, and taken from nobody else", TIME, async () => {
    const page = await site.screen("home", "full&opened=投标函.pdf,报价.docx");
    await expect.poll(() => page.url()).toContain("#verify");
    await leave(page);
    const stamp = await site.screen("stamp", "full&opened=投标函.pdf,报价.docx");
    await stamp.getByText("没有加入 报价.docx").waitFor();
    await stamp.locator(".list li", { hasText: "投标函.pdf" }).waitFor();
    await stamp.locator('nav a[href="#seals"]').click();
    await stamp.locator('nav a[href="#stamp"]').click();
    expect(await stamp.locator(".list li").count(), "files are taken once").toBe(1);
    await leave(stamp);
  });

  test("a place that was typed keeps the seal on the page", TIME, async () => {
    const page = await chosen("full");
    await page.locator('[name="seal-x"]').fill("999");
    await page.locator('[name="seal-x"]').press("Enter");
    await expect.poll(() => value(page, "seal-x")).toBe("189");
    await page.locator('[name="seal-y"]').fill("50.5");
    await page.locator('[name="seal-y"]').press("Enter");
    const seal = await page.locator(".seal").boundingBox();
    const sheet = await page.locator(".sheet canvas").boundingBox();
    if (!seal || !sheet) throw new Error("nothing is shown");
    const perPixel = 297 / sheet.height;
    expect(Math.abs((seal.y + seal.height / 2 - sheet.y) * perPixel - 50.5)).toBeLessThan(0.5);
    await leave(page);
  });

  test("other pages are shown as they are chosen", TIME, async () => {
    const page = await chosen("full");
    await page.locator("main .el-select").nth(2).click();
    await page.locator(".el-select-dropdown__item:visible", { hasText: "最后一页" }).click();
    await page.getByText("第 2 页，共 2 页").waitFor();
    await page.locator(".seal").waitFor();
    await leave(page);
  });

  test("results are looked at, verified and encrypted, and are still there afterwards", TIME, async () => {
    const page = await chosen("full");
    await certify(page);
    await page.locator('[name="stamp"]').click();
    const results = page.locator("main section[role=status]");
    await results.waitFor();
    expect(await results.textContent()).toContain("2 个文件已盖章");
    expect(await results.textContent()).toContain("1 个未盖章");
    // The pressed button may be gone: the keyboard goes on at the top, where the results are.
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.closest("main") !== null)).toBe(true);
    await page.getByRole("button", { name: "查看结果：投标函.pdf" }).click();
    await page.getByText("这是盖章后的 投标函.pdf").waitFor();
    expect(await page.locator(".seal").count(), "no second seal is drawn on a stamped page").toBe(0);
    await page.getByRole("button", { name: "验证：投标函.pdf" }).click();
    await expect.poll(() => page.url()).toContain("#verify");
    await page.locator("main h2").first().waitFor();
    await page.locator('nav a[href="#stamp"]').click();
    await results.waitFor();
    await page.locator('[name="encrypt-these"]').click();
    await expect.poll(() => page.url()).toContain("#encrypt");
    await page.locator("main li", { hasText: "投标函.pdf" }).first().waitFor();
    await page.locator('nav a[href="#stamp"]').click();
    await page.locator('[name="stamp-others"]').click();
    await page.locator(".drop").waitFor();
    await leave(page);
  });

  test(
    "a batch that was partly done goes on with the rest, and a done one is done again where one says so",
    TIME,
    async () => {
      const page = await chosen("full");
      await certify(page);
      const button = page.locator('[name="stamp"]');
      expect((await button.textContent())?.trim()).toBe("盖章并签名（3 个文件）");
      await button.click();
      await expect.poll(() => button.textContent()).toContain("继续盖章（还有 1 个文件）");
      const done = page.getByRole("button", { name: "重新盖章：" });
      expect(await done.count()).toBe(2);
      await button.click();
      await expect.poll(() => page.locator("main section[role=status]").textContent()).toContain("3 个文件已盖章");
      expect([await button.isDisabled(), (await button.textContent())?.trim()]).toEqual([true, "全部已盖章"]);
      await done.first().click();
      await expect.poll(() => button.textContent()).toContain("继续盖章（还有 1 个文件）");
      expect(await done.count()).toBe(2);
      await page.locator('[name="choose"]').click();
      await expect.poll(() => button.textContent()).toContain("继续盖章（还有 4 个文件）");
      await leave(page);
    },
  );

  test("work goes on while another screen is shown, and is there when one comes back", TIME, async () => {
    const page = await chosen("busy");
    await certify(page);
    await page.locator('[name="stamp"]').click();
    await page.getByRole("button", { name: "停止" }).waitFor();
    await page.locator('nav a[href="#home"]').click();
    await page.locator("main article").first().waitFor();
    await page.locator('nav a[href="#stamp"]').click();
    await page.getByRole("button", { name: "停止" }).waitFor();
    expect(await page.locator('[name="stamp"]').isDisabled()).toBe(true);
    await leave(page);
  });
});

describe("files that arrive", () => {
  const arrive = (page: Page, names: string[], dropped = false): Promise<void> =>
    page.evaluate(
      (detail) => {
        window.dispatchEvent(new CustomEvent("fake-files", { detail }));
      },
      { names, dropped },
    );

  test("a bid that is opened leads to its screen, and what was begun is still there", TIME, async () => {
    const page = await site.screen("encrypt");
    await page.locator('[name="add-files"]').click();
    await page.locator("main .list li").first().waitFor();
    await page.getByLabel("项目名称").fill("某某大桥");
    await arrive(page, ["大桥.bid"]);
    await page.locator("[data-need]").waitFor();
    expect(page.url()).toContain("#open");
    expect(await page.locator("[data-led]").textContent()).toContain("您在“加密标书”填写的内容都还在");
    await page.locator('[name="back"]').click();
    await expect.poll(() => page.getByLabel("项目名称").inputValue()).toBe("某某大桥");
    expect(await page.locator("main .list li").count()).toBe(1);
    expect(await page.locator("[data-led]").count(), "told once").toBe(0);
    await leave(page);
  });

  test.each([
    ["stamp", "大桥.bid", true, "open"],
    ["seals", "大桥.bid", true, "open"],
    ["seals", "投标函.pdf", true, "stamp"],
    ["open", "投标函.pdf", true, "stamp"],
    ["verify", "大桥.bid", true, "verify"],
    ["verify", "大桥.bid", false, "open"],
    ["stamp", "公章.png", true, "seals"],
    ["certificates", "投标函.pdf", true, "stamp"],
  ])("on %s, %s (dropped: %s) leads to %s", TIME, async (screen, name, dropped, wanted) => {
    const page = await site.screen(screen);
    await arrive(page, [name], dropped);
    await page.locator("main", { hasText: name.split(".")[0] ?? "" }).waitFor();
    await expect.poll(() => page.url()).toContain(`#${wanted}`);
    await leave(page);
  });

  test("a bid that comes while another one is worked on waits for it", TIME, async () => {
    const page = await site.screen("open", "busy");
    await page.locator('[name="choose"]').click();
    await page.locator('[name="rehearse"]').click();
    await page.getByRole("button", { name: "停止" }).waitFor();
    await arrive(page, ["小桥.bid"]);
    await page.locator('[name="open-other"]').waitFor();
    expect(await page.locator('[name="open-other"]').isDisabled()).toBe(true);
    expect(await page.locator("main h2").first().textContent(), "the one that is worked on stays").toContain("大桥");
    await leave(page);
  });

  test("several bids are opened one at a time", TIME, async () => {
    const page = await site.screen("home");
    await arrive(page, ["甲.bid", "乙.bid"]);
    await page.locator("main h2", { hasText: "甲.bid" }).waitFor();
    await page.getByRole("button", { name: "打开这份：乙.bid" }).click();
    await page.locator("main h2", { hasText: "乙.bid" }).waitFor();
    expect(await page.locator('[name="open-other"]').count()).toBe(0);
    await leave(page);
  });

  test("work with a key is still told when one comes back to it", TIME, async () => {
    const page = await site.screen("certificates", "busy");
    await page.locator('[data-key="BS-1001"] [name="activate"]').click();
    await page.locator('nav a[href="#home"]').click();
    await page.locator("main article").first().waitFor();
    await page.locator('nav a[href="#certificates"]').click();
    await expect.poll(() => page.locator('[data-key="BS-1001"] [name="activate"]').isDisabled()).toBe(true);
    await leave(page);
  });
});

describe("by the keyboard", () => {
  /** Everything in the screen that can be pressed, typed into or opened, numbered from above. */
  const number = (page: Page): Promise<number> =>
    page.evaluate(() => {
      const all = document.querySelectorAll<HTMLElement>(
        "main button:not(:disabled), main a[href], main input:not(:disabled), main summary, main [tabindex='0']",
      );
      const shown = [...all].filter((one) => one.checkVisibility());
      shown.forEach((one, index) => (one.dataset.at = index.toString()));
      return shown.length;
    });
  /** What has the focus, and whether one sees that. */
  const at = (page: Page): Promise<{ index: number; seen: boolean; what: string }> =>
    page.evaluate(() => {
      const one = document.activeElement as HTMLElement;
      const { outlineStyle, outlineWidth } = getComputedStyle(one);
      const framed = one.closest(".el-input__wrapper.is-focus, .el-select__wrapper.is-focused") !== null;
      const index = Number(one.dataset.at ?? "-1");
      return { index, seen: framed || (outlineStyle !== "none" && outlineWidth !== "0px"), what: one.outerHTML };
    });

  test.each(["home", "certificates", "seals", "stamp"])(
    "every action of %s is reached in order and seen",
    TIME,
    async (screen) => {
      const page = await site.screen(screen);
      if (screen === "stamp") await page.locator('[name="choose"]').click();
      if (screen === "seals") await page.locator('[name="choose-picture"]').click();
      if (screen === "stamp") await page.locator(".strip button").last().waitFor();
      const count = await number(page);
      expect(count).toBeGreaterThan(3);
      await page.evaluate(() => document.querySelector("main")?.focus());
      const reached: number[] = [];
      for (let step = 0; step < count; step += 1) {
        await page.keyboard.press("Tab");
        const { index, seen, what } = await at(page);
        if (index < 0) break;
        expect(seen, what.slice(0, 200)).toBe(true);
        reached.push(index);
      }
      expect(reached).toEqual(Array.from({ length: count }, (_, index) => index));
      await leave(page);
    },
  );
});
