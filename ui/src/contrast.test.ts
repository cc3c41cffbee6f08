/**
 * Contrast of the colours: WCAG 2.2, 1.4.3 for text (4.5 to 1) and 1.4.11 for other shapes that carry
 * a meaning (3 to 1).
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

// Read from the disk, because imported style sheets are empty in tests.
const styles = readdirSync(import.meta.dirname, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".css"))
  .map((path) => readFileSync(join(import.meta.dirname, path), "utf8"))
  .join("\n");

/** Returns the custom properties that are colours, by name. */
function colours(css: string): Map<string, string> {
  return new Map(
    [...css.matchAll(/--([\w-]+):\s*(#[\da-f]{6})\b/gi)].map(([, name = "", colour = ""]) => [
      name,
      colour,
    ]),
  );
}

/** Returns the first block of braces after a match. */
function block(after: RegExp): string {
  const start = styles.search(after);
  if (start < 0) return "";
  let depth = 0;
  for (let end = styles.indexOf("{", start); end < styles.length; end += 1) {
    if (styles[end] === "{") depth += 1;
    if (styles[end] === "}") depth -= 1;
    if (depth === 0) return styles.slice(start, end);
  }
  return "";
}

/** Returns the relative luminance of a colour, WCAG 2.2. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

const light = colours(block(/^:root/m));
const dark = new Map([
  ...light,
  ...colours(block(/@media \(prefers-color-scheme: dark\)\s*\{\s*:root/)),
]);

const TEXT: [string, string[]][] = [
  ["ink", ["ground", "card", "notice"]],
  ["quiet", ["ground", "card", "notice"]],
  ["on-accent", ["accent", "accent-strong"]],
];
const SHAPES: [string, string[]][] = [
  // Borders of fields and buttons, and of the track of progress.
  ["line", ["ground", "card"]],
  // The focus ring, the main button, and progress on its track.
  ["accent", ["ground", "card", "notice", "track"]],
  ["notice-line", ["ground", "card", "notice"]],
  // The picture of a failure.
  ["stop-line", ["card", "stop"]],
];
const pairs = (table: [string, string[]][]) =>
  table.flatMap(([front, backs]) => backs.map((back): [string, string] => [front, back]));

describe.each([
  ["light", light],
  ["dark", dark],
] as const)("in the %s theme", (theme, tokens) => {
  const between = (front: string, back: string) => {
    const [one, other] = [tokens.get(front), tokens.get(back)];
    expect(one, `--${front}`).toBeDefined();
    expect(other, `--${back}`).toBeDefined();
    return contrast(one ?? "", other ?? "");
  };

  it.each(pairs(TEXT))("text in --%s is readable on --%s", (front, back) => {
    expect(between(front, back)).toBeGreaterThanOrEqual(4.5);
  });

  it.each(pairs(SHAPES))("shapes in --%s are visible on --%s", (front, back) => {
    expect(between(front, back)).toBeGreaterThanOrEqual(3);
  });

  it("defines colours of its own", () => {
    if (theme === "dark") {
      for (const [name, colour] of dark) expect(colour, name).not.toBe(light.get(name));
    }
    expect(tokens.size).toBeGreaterThan(8);
  });
});

it("computes contrast as WCAG does", () => {
  expect(contrast("#000000", "#ffffff")).toBeCloseTo(21, 5);
  expect(contrast("#777777", "#ffffff")).toBeCloseTo(4.48, 2);
});
