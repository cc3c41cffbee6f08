/**
 * Checks the translations: every catalogue has the same messages as the English one, with the plural
 * forms of its language.
 */
import { FluentResource } from "@fluent/bundle";
import { afterEach, describe, expect, it, vi } from "vitest";
import { bytes, day, timeLeft } from "../shared/format";
import { languages, load, match, numberLocale } from "./catalogues";
import { has, setLanguage, text } from ".";

const files = import.meta.glob<string>("./*.ftl", {
  query: "?raw",
  import: "default",
  eager: true,
});
const tags = languages.map(({ tag }) => tag);

/** Numbers below this are tried for plural forms; larger ones are formatted as sizes. */
const TRIED_NUMBERS = 10_000;

type Message = FluentResource["body"][number];
type Pattern = Exclude<Message["value"], null>;
type Expression = Exclude<Exclude<Pattern, string>[number], string>;
type Select = Extract<Expression, { type: "select" }>;

/** Returns the patterns of one catalogue, by `id` or `id.attribute`. */
function patterns(tag: string): Map<string, Pattern> {
  const found = new Map<string, Pattern>();
  for (const { id, value, attributes } of new FluentResource(files[`./${tag}.ftl`] ?? "").body) {
    if (value !== null) found.set(id, value);
    for (const [name, pattern] of Object.entries(attributes)) found.set(`${id}.${name}`, pattern);
  }
  return found;
}

/** Returns all expressions of a pattern, including those inside its variants. */
function expressions(pattern: Pattern): Expression[] {
  if (typeof pattern === "string") return [];
  return pattern
    .filter((part): part is Expression => typeof part !== "string")
    .flatMap((part) =>
      part.type === "select"
        ? [part, part.selector, ...part.variants.flatMap(({ value }) => expressions(value))]
        : [part],
    );
}

/** Returns the variables, and literal text such as `{title}` that must not be translated. */
function placeables(pattern: Pattern): string[] {
  const named = expressions(pattern).flatMap((part) => {
    if (part.type === "var") return [`$${part.name}`];
    // Translators may add marks of writing direction.
    return part.type === "str" && !/^[\u200e\u200f]$/.test(part.value) ? [part.value] : [];
  });
  return [...new Set(named)].sort();
}

/** Returns the literal text of a pattern. */
function literal(pattern: Pattern | undefined): string {
  if (pattern === undefined || typeof pattern === "string") return pattern ?? "";
  const parts = pattern.map((part) => {
    if (typeof part === "string") return part;
    return part.type === "select" ? part.variants.map(({ value }) => literal(value)).join(" ") : "";
  });
  return parts.join("");
}

const selects = (pattern: Pattern) =>
  expressions(pattern).filter((part): part is Select => part.type === "select");

/** Returns the exact numbers and the plural forms that an expression distinguishes. */
function forms(select: Select) {
  const keys = select.variants.map(({ key }) => key);
  return {
    numbers: keys.flatMap((key) => (key.type === "num" ? [key.value] : [])),
    categories: keys.flatMap((key) => (key.type === "str" ? [key.value] : [])),
    other: keys[select.star]?.value,
  };
}

const english = patterns("en");

describe.each(tags)("the catalogue of %s", (tag) => {
  const source = files[`./${tag}.ftl`] ?? "";
  const own = patterns(tag);

  it("has exactly the messages of the English one", () => {
    expect([...own.keys()].sort()).toEqual([...english.keys()].sort());
  });

  it("has no duplicates and no syntax errors", () => {
    // The parser skips what it does not understand, so count the lines here.
    const heads = [...source.matchAll(/^[a-z][\w-]* =/gm)].length;
    const attributes = [...source.matchAll(/^ {4}\.\w+ =/gm)].length;
    expect(heads + attributes).toBe(own.size);
    const valid = /^(?:###? .*|[a-z][\w-]* =.*| {4}.*|)$/;
    expect(source.split("\n").filter((line) => !valid.test(line))).toEqual([]);
  });

  it("has the variables of the English one", () => {
    for (const [id, pattern] of own) {
      expect(placeables(pattern), id).toEqual(placeables(english.get(id) ?? ""));
    }
  });

  it("has the plural forms of its language", () => {
    const rules = new Intl.PluralRules(tag);
    const known = new Set<string>(rules.resolvedOptions().pluralCategories);
    const counted = Array.from({ length: TRIED_NUMBERS }, (_, count) => rules.select(count));
    const needed = new Set<string>([...counted, "other"]);
    for (const [id, pattern] of own) {
      for (const select of selects(pattern)) {
        const { categories, other } = forms(select);
        expect(other, id).toBe("other");
        expect(
          [...categories].filter((form) => !known.has(form)),
          id,
        ).toEqual([]);
        expect(
          [...needed].filter((form) => !categories.includes(form)),
          id,
        ).toEqual([]);
        expect(categories.length, id).toBe(new Set(categories).size);
      }
    }
  });

  it("distinguishes the exact numbers that the English one does", () => {
    const single = new Intl.PluralRules(tag).resolvedOptions().pluralCategories.length === 1;
    for (const [id, pattern] of english) {
      const numbers = selects(pattern).map((select) => forms(select).numbers);
      const ours = selects(own.get(id) ?? "").map((select) => forms(select).numbers);
      // A language without plurals needs no selector, except for exact numbers.
      const required = single ? numbers.filter((exact) => exact.length > 0) : numbers;
      expect(ours.length >= required.length, id).toBe(true);
      expect(ours.flat().sort(), id).toEqual(numbers.flat().sort());
    }
  });

  it("has no markup and no double space", () => {
    for (const [id, pattern] of own) {
      expect(JSON.stringify(pattern), id).not.toMatch(/[<>]|&\w+;|\S {2,}\S/);
    }
  });

  it.skipIf(tag === "en")("is not English", () => {
    const sentence = (pattern: Pattern | undefined) =>
      /(?:[\p{L}’]+,? ){3}/u.test(literal(pattern));
    const same = [...own].filter(
      ([id, pattern]) => sentence(pattern) && literal(pattern) === literal(english.get(id)),
    );
    expect(same.map(([id]) => id)).toEqual([]);
  });

  it("can be loaded and used", async () => {
    expect(await load(tag)).toBe(source);
    await setLanguage(tag);
    expect(document.documentElement.lang).toBe(tag);
    expect(text("app-name")).toBe("Ustream Downloader");
    for (const count of [0, 1, 2, 3, 5, 11, 21, 100]) {
      expect(text("choose-channel", { count })).not.toMatch(/[{}]|choose-channel/);
    }
  });
});

it("registers every catalogue file", () => {
  expect(Object.keys(files).sort()).toEqual(tags.map((tag) => `./${tag}.ftl`).sort());
  expect(new Set(languages.map(({ name }) => name)).size).toBe(tags.length);
});

describe("the language that is chosen", () => {
  afterEach(async () => {
    vi.restoreAllMocks();
    await setLanguage("en");
  });

  it.each([
    [["de-AT", "en"], "de"],
    [["pt"], "pt-BR"],
    [["pt-PT"], "pt-BR"],
    [["zh-TW"], "zh-CN"],
    [["zh-Hans-SG"], "zh-CN"],
    [["ZH-cn"], "zh-CN"],
    [["fi", "hu-HU"], "hu"],
    [["C"], "en"],
    [["POSIX", ""], "en"],
    [[], "en"],
  ])("for %j is %s", (preferred, tag) => {
    expect(match(preferred).tag).toBe(tag);
  });

  it("is the computer's if none is set", async () => {
    vi.spyOn(navigator, "languages", "get").mockReturnValue(["ar-EG", "en"]);
    await setLanguage(null);
    expect(document.documentElement).toHaveAttribute("lang", "ar");
    expect(document.documentElement).toHaveAttribute("dir", "rtl");
    await setLanguage("hu");
    expect(document.documentElement).toHaveAttribute("dir", "ltr");
  });

  it("is the last one chosen, even if an earlier one loads longer", async () => {
    await Promise.all([setLanguage("de"), setLanguage("en")]);
    expect(document.documentElement.lang).toBe("en");
    expect(text("settings-heading")).toBe("Settings");
  });

  it("formats numbers and dates, with the computer's region if its language is the same", async () => {
    await setLanguage("de");
    expect(bytes(8_240_000)).toBe("8,2\u00a0MB");
    expect(timeLeft(130)).not.toBe(text("left-minutes", { minutes: 3 }));
    expect(numberLocale(match(["en"]), ["en-GB"])).toBe("en-GB-u-nu-latn");
    expect(numberLocale(match(["zh-TW"]), ["zh-TW"])).toBe("zh-CN-u-nu-latn");
    await setLanguage("ar");
    expect(day(1_463_054_400)).toMatch(/2016/);
  });

  it("has no text for an unknown id", () => {
    expect(has("no-such-words")).toBe(false);
    expect(text("no-such-words")).toBe("no-such-words");
  });
});
