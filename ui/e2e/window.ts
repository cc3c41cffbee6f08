/**
 * Shows the window in one state, for the tests.
 */
import { expect, test as base, type Page } from "@playwright/test";
import { addressOf } from "../gallery/address";
import { states } from "../gallery/states";

export { LANGUAGES, THEMES } from "../gallery/address";

/** Address of the gallery. */
export const ORIGIN = `http://127.0.0.1:${port()}/`;
/** Initial size of the window, in CSS pixels. */
export const SIZE = { width: 760, height: 560 };

/** Returns a port that other runs on this computer hardly use. The workers inherit it. */
function port(): string {
  process.env["USTREAM_GALLERY_PORT"] ??= String(20_000 + (process.pid % 10_000));
  return process.env["USTREAM_GALLERY_PORT"];
}

/** The names of all states. */
export const names = Object.keys(states);

/** Shares one page among the tests of a worker: opening one takes longer than most tests. */
export const test = base.extend<object, { window: Page }>({
  window: [
    async ({ browser }, use) => {
      const page = await browser.newPage({ baseURL: ORIGIN });
      await use(page);
      await page.close();
    },
    { scope: "worker" },
  ],
  page: async ({ window: page }, use) => {
    const errors = listen(page);
    await page.setViewportSize(SIZE);
    await page.emulateMedia({ colorScheme: "light", reducedMotion: null, forcedColors: null });
    await use(page);
    page.removeAllListeners();
    // The page must not have thrown on the way.
    expect(errors).toEqual([]);
  },
});

/** Collects the errors and dialogs of a page from now on. */
function listen(page: Page): string[] {
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("dialog", (dialog) => {
    errors.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  return errors;
}

/** Longest time to reach a state: long enough for a machine that is busy with other things. */
const TIMEOUT_MS = 40_000;

/** Opens the window in a state. */
export async function show(page: Page, state: string, language = "en") {
  await page.goto(addressOf({ state, theme: null, language }));
  await page.waitForSelector(`html[data-arrived="${state}"]`, {
    state: "attached",
    timeout: TIMEOUT_MS,
  });
}

/** Returns how much wider the content is than the window, in CSS pixels. */
export function sideways(page: Page): Promise<number> {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return scrollWidth - clientWidth;
  });
}
