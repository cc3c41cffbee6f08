/**
 * While videos are being saved the window stays as calm as without: nothing moves, words change
 * once a second at most, and whoever types is not disturbed.
 */
import { expect, type Page } from "@playwright/test";
import { show, test } from "./window";

/** As often as the shell tells what is new. */
const UPDATES_A_SECOND = 10;
const SECONDS = 3;

/** Lets every job get on, as often as the shell tells of it; the time it took, in milliseconds. */
function getOn(page: Page): Promise<number> {
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

/** Where everything lies that can be pressed, read or told apart. */
function places(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const all = document.querySelectorAll<HTMLElement>("h1, h2, p, button, progress, li, .card");
    return [...all]
      .filter((element) => element.checkVisibility() && !element.closest(".voice"))
      .map((element) => {
        const { left, top, width, height } = element.getBoundingClientRect();
        return `${element.localName}: ${[left, top, width, height].map(Math.round).join(" ")}`;
      });
  });
}

test("nothing moves while two videos are saved", async ({ page }) => {
  await show(page, "downloading-two");
  const before = await places(page);
  const button = page.getByRole("button", { name: "Pause" });
  await button.focus();
  await getOn(page);
  expect(await places(page)).toEqual(before);
  await expect(button).toBeFocused();
});

test("words change once a second at most, however often there is news", async ({ page }) => {
  await show(page, "downloading-two");
  await page.evaluate(() => {
    const changes = new Map<Node, number>();
    const count = (records: MutationRecord[]) => {
      for (const { target } of records) changes.set(target, (changes.get(target) ?? 0) + 1);
    };
    new MutationObserver(count).observe(document.querySelector("main p.measure") as Element, {
      characterData: true,
      childList: true,
      subtree: true,
    });
    Object.assign(window, { changes });
  });
  const took = await getOn(page);
  const most = await page.evaluate(() => {
    const { changes } = window as unknown as { changes: Map<Node, number> };
    return Math.max(...changes.values());
  });
  expect(most).toBeGreaterThan(0);
  expect(most).toBeLessThanOrEqual(Math.ceil(took / 1000) + 1);
});

test("whoever types while videos are saved is not disturbed", async ({ page }) => {
  await show(page, "many-jobs");
  const field = page.getByLabel("Video link");
  await field.click();
  const words = "this is no link at all, typed by hand";
  const [took] = await Promise.all([getOn(page), page.keyboard.type(words, { delay: 60 })]);
  expect(took).toBeGreaterThan(0);
  await expect(field).toBeFocused();
  await expect(field).toHaveValue(words);
  const caret = await field.evaluate((input: HTMLInputElement) => input.selectionStart);
  expect(caret).toBe(words.length);
});
