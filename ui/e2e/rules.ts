/**
 * The accessibility rules of axe that the tests check.
 */
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

/** The script of axe, to run in a page. */
export const AXE = readFileSync(
  createRequire(import.meta.url).resolve("axe-core/axe.min.js"),
  "utf8",
);

/** The tags of the checked rules. */
export const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
