/**
 * The main button is in sight without scrolling, however small the window, large the text or long the
 * title is; and nothing that is needed lies below the fold in a window of the usual size.
 */
import { expect, type Page } from "@playwright/test";
import { LANGUAGES, show, SIZE, test } from "./window";

/** States with a foot. */
const FOOTED = [
  "ready",
  "ready-choices",
  "ready-audio",
  "ready-long-title",
  "low-space",
  "already-saved",
  "being-saved",
  "choose",
  "choose-ready",
  "needs-form",
  "form-refused",
  "needs-password",
  "wrong-password",
  "proxy-login",
  "embed-only",
  "settings",
];

/** Returns which part of the main button can be seen and pressed, from 0 to 1. */
function visiblePart(page: Page): Promise<number> {
  return page.evaluate(() => {
    const button = document.querySelector<HTMLElement>(".foot button.main");
    if (button === null) return 0;
    const { left, top, width, height } = button.getBoundingClientRect();
    const points = [0.1, 0.3, 0.5, 0.7, 0.9].map((part) => ({
      x: left + width / 2,
      y: top + height * part,
    }));
    const seen = points.filter(({ x, y }) => button.contains(document.elementFromPoint(x, y)));
    return seen.length / points.length;
  });
}

for (const state of FOOTED) {
  for (const language of LANGUAGES) {
    test(`${state} has its main button in sight in ${language}`, async ({ page }) => {
      await show(page, state, language);
      await page.evaluate(() => scrollTo(0, 0));
      expect(await visiblePart(page), "760 × 560").toBe(1);
      await page.setViewportSize({ width: 400, height: 420 });
      await page.evaluate(() => scrollTo(0, 0));
      expect(await visiblePart(page), "400 × 420").toBe(1);
      await page.setViewportSize(SIZE);
      await page.addStyleTag({ content: "html { font-size: 200% !important; }" });
      await page.evaluate(() => scrollTo(0, 0));
      expect(await visiblePart(page), "text of twice the size").toBe(1);
    });
  }

  test(`${state} keeps a field in sight above the foot`, async ({ page }) => {
    await page.setViewportSize({ width: 400, height: 420 });
    await show(page, state);
    const folded = page.locator("form details:not([open]) > summary");
    if ((await folded.count()) > 0) await folded.click();
    const fields = page.locator("input:visible:enabled, select:visible:enabled");
    for (const field of await fields.all()) {
      await field.focus();
      const covered = await field.evaluate((element) => {
        const { left, top, width, height } = element.getBoundingClientRect();
        const front = document.elementFromPoint(left + width / 2, top + height / 2);
        return front?.closest(".foot") !== null;
      });
      expect(covered).toBe(false);
    }
  });
}

for (const state of ["ready", "ready-long-title", "already-saved", "being-saved", "low-space"]) {
  test(`${state} needs no scrolling in a window of the usual size`, async ({ page }) => {
    await show(page, state);
    const hidden = await page.evaluate(() => {
      const foot = document.querySelector(".foot")?.getBoundingClientRect().top ?? 0;
      const needed = document.querySelectorAll("form > *:not(.foot), form button");
      return [...needed]
        .filter((part) => !part.closest(".foot") && part.getBoundingClientRect().bottom > foot + 1)
        .map((part) => part.outerHTML.slice(0, 80));
    });
    expect(hidden).toEqual([]);
  });
}

test("a long title is cut after three lines, and shown on demand", async ({ page }) => {
  await show(page, "ready-long-title");
  const title = page.locator("h1");
  const lines = () =>
    title.evaluate((heading) => {
      const { lineHeight } = getComputedStyle(heading);
      return Math.round(heading.getBoundingClientRect().height / parseFloat(lineHeight));
    });
  expect(await lines()).toBe(3);
  const all = page.getByRole("button", { name: "Show all" });
  await expect(all).toHaveAttribute("aria-expanded", "false");
  await all.click();
  expect(await lines()).toBeGreaterThan(3);
  expect(await visiblePart(page)).toBe(1);
  await all.click();
  expect(await lines()).toBe(3);
});

test("a video that was found is shown from its top, although its last button has the focus", async ({
  page,
}) => {
  await page.setViewportSize({ width: 400, height: 420 });
  await show(page, "ready");
  await expect(page.getByRole("button", { name: "Save video" })).toBeFocused();
  expect(await page.evaluate(() => scrollY)).toBe(0);
});

test("a short title has no button that shows more of it", async ({ page }) => {
  await show(page, "ready");
  await expect(page.getByRole("button", { name: "Show all" })).toHaveCount(0);
});
