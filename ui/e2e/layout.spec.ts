/**
 * Nothing is cut off in a narrow window or with large or spaced text; shapes stay visible with forced
 * colours; nothing moves with reduced motion.
 */
import { expect, type Page } from "@playwright/test";
import { LANGUAGES, names, show, sideways, test } from "./window";

/** WCAG 2.2, 1.4.12. */
const SPACED = `* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
  word-spacing: 0.16em !important; } p { margin-block-end: 2em !important; }`;

/** Returns elements whose text is cut off. */
function clipped(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const cut = [...document.querySelectorAll<HTMLElement>("body *")].filter((element) => {
      // The rest of a title is shown on demand; `foot.spec.ts` tests that.
      if (element.closest(".announcer, pre, textarea, .clamp") || element.childNodes.length === 0)
        return false;
      const { overflowX, overflowY, display } = getComputedStyle(element);
      if (display === "inline" || !element.checkVisibility()) return false;
      const hides = (overflow: string) => overflow === "hidden" || overflow === "clip";
      return (
        (hides(overflowX) && element.scrollWidth > element.clientWidth + 1) ||
        (hides(overflowY) && element.scrollHeight > element.clientHeight + 1)
      );
    });
    return cut.map((element) => element.outerHTML.slice(0, 120));
  });
}

/** Returns elements that extend beyond the window sideways. */
function outside(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const all = [...document.querySelectorAll<HTMLElement>("h1, h2, p, button, input, label, li")];
    const out = all.filter((element) => {
      if (element.closest(".announcer") || !element.checkVisibility()) return false;
      const { left, right } = element.getBoundingClientRect();
      return left < -1 || right > innerWidth + 1;
    });
    return out.map((element) => element.outerHTML.slice(0, 120));
  });
}

/** Returns shapes without a border, which forced colours make invisible. */
function shapeless(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const drawn = document.querySelectorAll<HTMLElement>(
      "button, select, progress, .card, input:not([type=radio], [type=checkbox])",
    );
    const lost = [...drawn].filter((shape) => {
      const { borderBlockStartWidth, borderBlockStartStyle } = getComputedStyle(shape);
      const border = parseFloat(borderBlockStartWidth) > 0 && borderBlockStartStyle !== "none";
      return shape.checkVisibility() && !border;
    });
    return lost.map((shape) => shape.outerHTML.slice(0, 120));
  });
}

async function fits(page: Page, how: string) {
  expect(await sideways(page), how).toBeLessThanOrEqual(0);
  expect(await outside(page), how).toEqual([]);
  expect(await clipped(page), how).toEqual([]);
}

for (const state of names) {
  for (const language of LANGUAGES) {
    test(`${state} fits narrow windows, large text and wide spacing in ${language}`, async ({
      page,
    }) => {
      await show(page, state, language);
      await fits(page, "760 pixels wide");
      await page.setViewportSize({ width: 320, height: 400 });
      await fits(page, "320 pixels wide");
      await page.addStyleTag({ content: SPACED });
      await fits(page, "320 pixels wide and spaced");
      await page.setViewportSize({ width: 760, height: 560 });
      await page.addStyleTag({ content: "html { font-size: 200% !important; }" });
      await fits(page, "text of twice the size, spaced");
    });
  }

  test(`${state} does not move with reduced motion and keeps its shapes with forced colours`, async ({
    page,
  }) => {
    await page.emulateMedia({ reducedMotion: "reduce", forcedColors: "active" });
    await show(page, state);
    expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
    expect(await shapeless(page)).toEqual([]);
  });
}

test("the list of two thousand saved videos is short, and can be searched", async ({ page }) => {
  await show(page, "saved-many");
  expect(await page.locator("li").count()).toBe(20);
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  expect(height).toBeLessThan(3000);
  await page.getByLabel("Search your videos").fill("part 1999");
  await expect(page.locator("li")).toHaveText([/Launch day, part 1999/]);
});
