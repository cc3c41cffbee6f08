/**
 * The rules that a machine can check, as axe has them.
 */
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

/** The script that checks a page it is put into. */
export const AXE = readFileSync(
  createRequire(import.meta.url).resolve("axe-core/axe.min.js"),
  "utf8",
);

/** Which rules count. */
export const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
