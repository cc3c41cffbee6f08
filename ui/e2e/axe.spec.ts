/**
 * Checks every state with axe, in all themes and languages.
 */
import { expect } from "@playwright/test";
import type { AxeResults } from "axe-core";
import { AXE, TAGS } from "./rules";
import { LANGUAGES, names, show, test, THEMES } from "./window";

/** Folder for screenshots of the states; none are taken if it is not set. */
const SHOTS = process.env["USTREAM_SHOTS"];

for (const state of names) {
  for (const language of LANGUAGES) {
    test(`${state} passes axe in ${language}`, async ({ page }) => {
      await show(page, state, language);
      await page.evaluate(AXE);
      for (const colorScheme of THEMES) {
        await page.emulateMedia({ colorScheme });
        if (SHOTS !== undefined) {
          await page.screenshot({
            path: `${SHOTS}/states/${state}-${language}-${colorScheme}.png`,
          });
        }
        const { violations, passes } = await page.evaluate<AxeResults, string[]>(
          (values) => window.axe.run({ runOnly: { type: "tag", values } }),
          TAGS,
        );
        const broken = violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)]);
        expect(broken, colorScheme).toEqual([]);
        // Fails if axe has checked nothing.
        expect(passes.length).toBeGreaterThan(10);
      }
    });
  }
}
