/**
 * The window in one state, as the tests look at it.
 */
import { expect, test as base, type Page } from "@playwright/test";
import { addressOf } from "../gallery/address";
import { states } from "../gallery/states";

export { LANGUAGES, THEMES } from "../gallery/address";

/** Where the gallery is served. */
export const ORIGIN = "http://127.0.0.1:5180/";
/** The window as it opens, in CSS pixels. */
export const SIZE = { width: 760, height: 560 };

/** The name of every state. */
export const names = Object.keys(states);

/** Tests share the page of their worker: making one takes longer than most of them. */
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
    const mistakes = listen(page);
    await page.setViewportSize(SIZE);
    await page.emulateMedia({ colorScheme: "light", reducedMotion: null, forcedColors: null });
    await use(page);
    page.removeAllListeners();
    // Whatever a test looks at, the page may not have stumbled on the way.
    expect(mistakes).toEqual([]);
  },
});

/** What goes wrong in a page from now on. */
function listen(page: Page): string[] {
  const mistakes: string[] = [];
  page.on("pageerror", (mistake) => mistakes.push(String(mistake)));
  page.on("dialog", (dialog) => {
    mistakes.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  return mistakes;
}

/** Longer than any state takes to be reached. */
const PATIENCE_MS = 8_000;

/** Brings the window into a state. */
export async function show(page: Page, state: string, language = "en") {
  await page.goto(addressOf({ state, theme: null, language }));
  await page.waitForSelector(`html[data-arrived="${state}"]`, {
    state: "attached",
    timeout: PATIENCE_MS,
  });
}

/** How much wider the content is than the window, in CSS pixels; 0 where nothing scrolls sideways. */
export function sideways(page: Page): Promise<number> {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return scrollWidth - clientWidth;
  });
}
