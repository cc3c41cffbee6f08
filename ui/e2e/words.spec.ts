/**
 * Titles are shown as plain text, and every text is translated.
 */
import { expect } from "@playwright/test";
import { LANGUAGES, names, show, test } from "./window";

test("a title that is markup is shown as text", async ({ page }) => {
  await show(page, "ready-markup-title");
  await expect(page.locator("h1")).toHaveText("<img src=x onerror=alert(1)>");
  await expect(page.locator("img[src='x'], [onerror]")).toHaveCount(0);
});

for (const language of LANGUAGES) {
  test(`the page declares its language ${language}`, async ({ page }) => {
    await show(page, "empty", language);
    const html = page.locator("html");
    await expect(html).toHaveAttribute("lang", language);
    await expect(html).toHaveAttribute("dir", language === "ar" ? "rtl" : "ltr");
  });
}

/** The first words of English buttons. */
const ENGLISH = /^(?:Pause|Cancel|Continue|Details|Paste|Save|Select|Show|Change|Use|Try|Close)\b/;

for (const state of names) {
  test(`${state} has a screenshot in English, and no English button in Arabic`, async ({
    page,
  }) => {
    const buttons = page.locator("button:visible, legend:visible, summary:visible");
    await show(page, state);
    await page.screenshot({ path: `test-results/gallery/${state}.png`, animations: "disabled" });
    const english = await buttons.count();
    await show(page, state, "ar");
    const own = await buttons.allInnerTexts();
    expect(own.length).toBe(english);
    expect(own.filter((words) => ENGLISH.test(words))).toEqual([]);
  });
}
