/**
 * The gate for translations: every catalogue says the same things as the English one, each in
 * the forms its language has.
 */
import { FluentResource } from "@fluent/bundle";
import { afterEach, describe, expect, it, vi } from "vitest";
import { bytes, day, left } from "../shared/format";
import { figures, languages, load, match } from "./catalogues";
import { has, speak, text } from ".";

const files = import.meta.glob<string>("./*.ftl", {
  query: "?raw",
  import: "default",
  eager: true,
});
const tags = languages.map(({ tag }) => tag);

/** More of anything than the window ever counts; figures of millions are written as sizes. */
const MOST_COUNTED = 10_000;

type Message = FluentResource["body"][number];
type Pattern = Exclude<Message["value"], null>;
type Expression = Exclude<Exclude<Pattern, string>[number], string>;
type Select = Extract<Expression, { type: "select" }>;

/** What one catalogue says, by the name of the message or of its attribute. */
function patterns(tag: string): Map<string, Pattern> {
  const found = new Map<string, Pattern>();
  for (const { id, value, attributes } of new FluentResource(files[`./${tag}.ftl`] ?? "").body) {
    if (value !== null) found.set(id, value);
    for (const [name, pattern] of Object.entries(attributes)) found.set(`${id}.${name}`, pattern);
  }
  return found;
}

/** Every expression of a pattern, those inside its variants too. */
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

/** The names of what is filled in, and the literal text such as `{title}` that must stay. */
function places(pattern: Pattern): string[] {
  const named = expressions(pattern).flatMap((part) => {
    if (part.type === "var") return [`$${part.name}`];
    // Marks of writing direction are the translator's own.
    return part.type === "str" && !/^[\u200e\u200f]$/.test(part.value) ? [part.value] : [];
  });
  return [...new Set(named)].sort();
}

/** The words of a pattern, without what is filled in. */
function said(pattern: Pattern | undefined): string {
  if (pattern === undefined || typeof pattern === "string") return pattern ?? "";
  const parts = pattern.map((part) => {
    if (typeof part === "string") return part;
    return part.type === "select" ? part.variants.map(({ value }) => said(value)).join(" ") : "";
  });
  return parts.join("");
}

const selects = (pattern: Pattern) =>
  expressions(pattern).filter((part): part is Select => part.type === "select");

/** The exact numbers and the plural forms that a choice tells apart. */
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

  it("holds what the English one holds, and nothing else", () => {
    expect([...own.keys()].sort()).toEqual([...english.keys()].sort());
  });

  it("holds nothing twice and nothing that cannot be read", () => {
    // A reader passes over what it does not understand, so the lines are counted here.
    const heads = [...source.matchAll(/^[a-z][\w-]* =/gm)].length;
    const attributes = [...source.matchAll(/^ {4}\.\w+ =/gm)].length;
    expect(heads + attributes).toBe(own.size);
    const strange = /^(?:###? .*|[a-z][\w-]* =.*| {4}.*|)$/;
    expect(source.split("\n").filter((line) => !strange.test(line))).toEqual([]);
  });

  it("fills in what the English one fills in", () => {
    for (const [id, pattern] of own) {
      expect(places(pattern), id).toEqual(places(english.get(id) ?? ""));
    }
  });

  it("has the plural forms of its language", () => {
    const rules = new Intl.PluralRules(tag);
    const known = new Set<string>(rules.resolvedOptions().pluralCategories);
    const counted = Array.from({ length: MOST_COUNTED }, (_, count) => rules.select(count));
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

  it("tells numbers apart where the English one does", () => {
    const single = new Intl.PluralRules(tag).resolvedOptions().pluralCategories.length === 1;
    for (const [id, pattern] of english) {
      const numbers = selects(pattern).map((select) => forms(select).numbers);
      const ours = selects(own.get(id) ?? "").map((select) => forms(select).numbers);
      // A language without plurals needs no choice, unless an exact number is told apart.
      const asked = single ? numbers.filter((exact) => exact.length > 0) : numbers;
      expect(ours.length >= asked.length, id).toBe(true);
      expect(ours.flat().sort(), id).toEqual(numbers.flat().sort());
    }
  });

  it("holds no markup and no doubled space", () => {
    for (const [id, pattern] of own) {
      expect(JSON.stringify(pattern), id).not.toMatch(/[<>]|&\w+;|\S {2,}\S/);
    }
  });

  it.skipIf(tag === "en")("is not English", () => {
    const sentence = (pattern: Pattern | undefined) => /(?:[\p{L}’]+,? ){3}/u.test(said(pattern));
    const same = [...own].filter(
      ([id, pattern]) => sentence(pattern) && said(pattern) === said(english.get(id)),
    );
    expect(same.map(([id]) => id)).toEqual([]);
  });

  it("can be loaded and spoken", async () => {
    expect(await load(tag)).toBe(source);
    await speak(tag);
    expect(document.documentElement.lang).toBe(tag);
    expect(text("app-name")).toBe("Ustream Downloader");
    for (const count of [0, 1, 2, 3, 5, 11, 21, 100]) {
      expect(text("choose-channel", { count })).not.toMatch(/[{}]|choose-channel/);
    }
  });
});

it("registers every catalogue that there is", () => {
  expect(Object.keys(files).sort()).toEqual(tags.map((tag) => `./${tag}.ftl`).sort());
  expect(new Set(languages.map(({ name }) => name)).size).toBe(tags.length);
});

describe("the language that is chosen", () => {
  afterEach(async () => {
    vi.restoreAllMocks();
    await speak("en");
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
  ])("for %j is %s", (wanted, tag) => {
    expect(match(wanted).tag).toBe(tag);
  });

  it("is the computer's where none is set", async () => {
    vi.spyOn(navigator, "languages", "get").mockReturnValue(["ar-EG", "en"]);
    await speak(null);
    expect(document.documentElement).toHaveAttribute("lang", "ar");
    expect(document.documentElement).toHaveAttribute("dir", "rtl");
    await speak("hu");
    expect(document.documentElement).toHaveAttribute("dir", "ltr");
  });

  it("is the last one asked for, however long an earlier one takes", async () => {
    await Promise.all([speak("de"), speak("en")]);
    expect(document.documentElement.lang).toBe("en");
    expect(text("settings-heading")).toBe("Settings");
  });

  it("writes numbers and dates, as the computer does where it speaks the same", async () => {
    await speak("de");
    expect(bytes(8_240_000)).toBe("8,2\u00a0MB");
    expect(left(130)).not.toBe(text("left-minutes", { minutes: 3 }));
    expect(figures(match(["en"]), ["en-GB"])).toBe("en-GB-u-nu-latn");
    expect(figures(match(["zh-TW"]), ["zh-TW"])).toBe("zh-CN-u-nu-latn");
    await speak("ar");
    expect(day(1_463_054_400)).toMatch(/2016/);
  });

  it("has no words for what no catalogue holds", () => {
    expect(has("no-such-words")).toBe(false);
    expect(text("no-such-words")).toBe("no-such-words");
  });
});
