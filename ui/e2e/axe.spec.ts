/**
 * No state breaks a rule that a machine can check, in any theme or writing direction.
 */
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { expect } from "@playwright/test";
import type { AxeResults } from "axe-core";
import { LANGUAGES, names, show, test, THEMES } from "./window";

const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

for (const state of names) {
  for (const language of LANGUAGES) {
    test(`${state} breaks no rule in ${language}`, async ({ page }) => {
      await show(page, state, language);
      await page.evaluate(source);
      for (const colorScheme of THEMES) {
        await page.emulateMedia({ colorScheme });
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
