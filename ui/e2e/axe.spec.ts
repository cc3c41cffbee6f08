/**
 * No state breaks a rule that a machine can check, in any theme or writing direction.
 */
import { expect } from "@playwright/test";
import type { AxeResults } from "axe-core";
import { AXE, TAGS } from "./rules";
import { LANGUAGES, names, show, test, THEMES } from "./window";

/** Where pictures of the states are kept, if anywhere. */
const SHOTS = process.env["USTREAM_SHOTS"];

for (const state of names) {
  for (const language of LANGUAGES) {
    test(`${state} breaks no rule in ${language}`, async ({ page }) => {
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
        // Else nothing was looked at.
        expect(passes.length).toBeGreaterThan(10);
      }
    });
  }
}
