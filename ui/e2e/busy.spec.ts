/**
 * While videos are being saved nothing in the window moves, text changes at most once a second, and
 * typing is not disturbed.
 */
import { expect, type Page } from "@playwright/test";
import { show, test } from "./window";

/** How often the shell sends updates. */
const UPDATES_A_SECOND = 10;
const SECONDS = 3;

/** Advances all jobs for `SECONDS` seconds; returns the time it took, in milliseconds. */
function advance(page: Page): Promise<number> {
  return page.evaluate(
    async ([pause, updates]) => {
      const start = performance.now();
      for (let update = 0; update < updates; update += 1) {
        window.backend.tick(0.8 / updates);
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
      return performance.now() - start;
    },
    [1000 / UPDATES_A_SECOND, SECONDS * UPDATES_A_SECOND] as const,
  );
}

/** Returns the position and size of all visible elements. */
function positions(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const all = document.querySelectorAll<HTMLElement>("h1, h2, p, button, progress, li, .card");
    return [...all]
      .filter((element) => element.checkVisibility() && !element.closest(".announcer"))
      .map((element) => {
        const { left, top, width, height } = element.getBoundingClientRect();
        return `${element.localName}: ${[left, top, width, height].map(Math.round).join(" ")}`;
      });
  });
}

test("nothing moves while two videos are saved", async ({ page }) => {
  await show(page, "downloading-two");
  const before = await positions(page);
  const button = page.getByRole("button", { name: "Pause" });
  await button.focus();
  await advance(page);
  expect(await positions(page)).toEqual(before);
  await expect(button).toBeFocused();
});

test("text changes at most once a second, however many updates there are", async ({ page }) => {
  await show(page, "downloading-two");
  await page.evaluate(() => {
    const changes = new Map<Node, number>();
    const count = (records: MutationRecord[]) => {
      for (const { target } of records) changes.set(target, (changes.get(target) ?? 0) + 1);
    };
    new MutationObserver(count).observe(document.querySelector("main p.figures") as Element, {
      characterData: true,
      childList: true,
      subtree: true,
    });
    Object.assign(window, { changes });
  });
  const took = await advance(page);
  const most = await page.evaluate(() => {
    const { changes } = window as unknown as { changes: Map<Node, number> };
    return Math.max(...changes.values());
  });
  expect(most).toBeGreaterThan(0);
  expect(most).toBeLessThanOrEqual(Math.ceil(took / 1000) + 1);
});

test("typing is not disturbed while videos are saved", async ({ page }) => {
  await show(page, "many-jobs");
  const field = page.getByLabel("Video link");
  await field.click();
  const words = "this is no link at all, typed by hand";
  const [took] = await Promise.all([advance(page), page.keyboard.type(words, { delay: 60 })]);
  expect(took).toBeGreaterThan(0);
  await expect(field).toBeFocused();
  await expect(field).toHaveValue(words);
  const caret = await field.evaluate((input: HTMLInputElement) => input.selectionStart);
  expect(caret).toBe(words.length);
});
