/**
 * While videos are being saved nothing in the window moves, all figures agree, and typing is not
 * disturbed. That they change once a second only is the engine's doing (`paced_job_stream`).
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
  const button = page.locator(".card").getByRole("button", { name: "Pause" });
  await button.focus();
  await advance(page);
  expect(await positions(page)).toEqual(before);
  await expect(button).toBeFocused();
});

test("bar, percentage, title and list show the same at every moment", async ({ page }) => {
  await show(page, "downloading-two");
  const different = await page.evaluate(async () => {
    const whole = (words: string | null | undefined) => /(\d+)\D?%/.exec(words ?? "")?.[1];
    const different: string[] = [];
    const look = () => {
      const bar = document.querySelector("progress")?.value ?? -1;
      const seen = [
        String(Math.floor(bar * 100)),
        whole(document.querySelector("main .figures strong")?.textContent),
        whole(document.title),
        // The second video is as far as the first.
        whole(document.querySelector(".job")?.textContent),
      ];
      if (new Set(seen).size > 1) different.push(seen.join());
    };
    for (let update = 0; update < 40; update += 1) {
      window.backend.tick(0.0173);
      await new Promise(requestAnimationFrame);
      look();
    }
    return different;
  });
  expect(different).toEqual([]);
});

test("a list of 2,000 jobs has few rows, and all can be found", async ({ page }) => {
  await show(page, "jobs-long");
  const rows = page.getByRole("listitem");
  expect(await rows.count()).toBe(3 + 20 + 20);
  await page.getByLabel("Search your videos").fill("part 1999");
  await expect(rows).toHaveCount(1);
  await page.getByLabel("Search your videos").fill("");
  await page.getByLabel("Show", { exact: true }).selectOption({ label: "Waiting" });
  await expect(rows).toHaveCount(20);
  await page.getByRole("button", { name: "Show more" }).click();
  await expect(rows).toHaveCount(70);
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
