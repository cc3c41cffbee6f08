/**
 * Every state can be used without a mouse: Tab follows the visual order, nothing traps the focus, and
 * the focus is always visible.
 */
import { expect, type Page } from "@playwright/test";
import { names, show, test } from "./window";

/** Most stops that are visited in one state. */
const MOST_STOPS = 40;

/** States that Escape closes. */
const LEFT_BY_ESCAPE = ["resolving", "cancel-asked", "quit-while-busy", "settings"];

/** States with a menu that closes when the focus leaves it, as it does for the walk through a state. */
const CLOSED_BY_LEAVING = ["row-menu"];

/** Returns the numbers of the elements that Tab should reach, in document order, and marks each. */
function stops(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const root = document.querySelector("dialog:modal") ?? document;
    const all = root.querySelectorAll<HTMLElement>(
      "a[href], button:enabled, input:enabled, select:enabled, textarea:enabled, summary, [tabindex='0']",
    );
    const reached = [...all].filter((element) => {
      if (!element.checkVisibility({ visibilityProperty: true })) return false;
      if (!(element instanceof HTMLInputElement) || element.type !== "radio") return true;
      const group = [...all].filter(
        (other): other is HTMLInputElement =>
          other instanceof HTMLInputElement &&
          other.type === "radio" &&
          other.name === element.name,
      );
      // Tab stops once in a group of radio buttons: at the checked one.
      return element === (group.find(({ checked }) => checked) ?? group[0]);
    });
    return reached.map((element, index) => {
      element.dataset["stop"] = String(index);
      return String(index);
    });
  });
}

interface Stop {
  stop: string | null;
  box: { top: number; bottom: number; left: number };
  ringed: boolean;
  covered: string | null;
  what: string;
}

/** Describes the focused element. */
function here(page: Page): Promise<Stop> {
  return page.evaluate(() => {
    const element = document.activeElement as HTMLElement;
    const { top, bottom, left, right } = element.getBoundingClientRect();
    const { outlineStyle, outlineWidth } = getComputedStyle(element);
    const front = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
    const seen = front !== null && (element.contains(front) || front.contains(element));
    return {
      stop: element.dataset["stop"] ?? null,
      box: { top: top + scrollY, bottom: bottom + scrollY, left },
      ringed: outlineStyle !== "none" && parseFloat(outlineWidth) >= 2,
      covered: seen ? null : (front?.outerHTML.slice(0, 80) ?? "outside the window"),
      what: element.outerHTML.slice(0, 100),
    };
  });
}

/** Moves the focus before the first stop. */
function focusTop(page: Page): Promise<void> {
  return page.evaluate(() => {
    const top = document.createElement("span");
    top.tabIndex = -1;
    (document.querySelector("dialog:modal") ?? document.body).prepend(top);
    top.focus();
  });
}

/** Presses Tab `presses` times; returns where the focus was. */
async function walk(page: Page, presses: number): Promise<Stop[]> {
  const walked: Stop[] = [];
  for (let press = 0; press < presses; press += 1) {
    await page.keyboard.press("Tab");
    walked.push(await here(page));
  }
  return walked;
}

/** Records which button submits a form, instead of submitting it. */
function recordSubmit(page: Page): Promise<void> {
  return page.evaluate(() => {
    const note = (button: HTMLElement | null | undefined) => {
      document.documentElement.dataset["sent"] = button?.className ?? "";
    };
    // This test does not check validation.
    for (const form of document.forms) form.noValidate = true;
    const send = (event: SubmitEvent) => {
      event.preventDefault();
      event.stopImmediatePropagation();
      note(event.submitter);
    };
    const click = (event: MouseEvent) => {
      const button = (event.target as Element).closest("button");
      if (button?.type === "button") note(button);
    };
    addEventListener("submit", send, { capture: true });
    addEventListener("click", click, { capture: true });
  });
}

for (const state of names.filter((name) => !CLOSED_BY_LEAVING.includes(name))) {
  test(`${state} can be used by keyboard`, async ({ page }) => {
    await show(page, state);
    const focused = await page.evaluate(() => document.activeElement?.tagName);
    expect(focused, "the new content has the focus").not.toBe("BODY");

    const expected = (await stops(page)).slice(0, MOST_STOPS);
    expect(expected.length).toBeGreaterThan(0);
    await focusTop(page);
    const walked = await walk(page, expected.length);
    expect(walked.map(({ stop }) => stop)).toEqual(expected);
    for (const [index, at] of walked.entries()) {
      expect(at.ringed, `a ring around ${at.what}`).toBe(true);
      expect(at.covered, at.what).toBeNull();
      const before = walked[index - 1];
      if (before === undefined) continue;
      const beside = at.box.top < before.box.bottom && at.box.bottom > before.box.top;
      const after = beside ? at.box.left >= before.box.left : at.box.top > before.box.top;
      expect(after, `${at.what} comes after ${before.what}`).toBe(true);
    }
    if (expected.length > 1) {
      const [next] = await walk(page, 1);
      expect(next?.stop, "the last stop does not trap the focus").not.toBe(walked.at(-1)?.stop);
    }

    const field = page.locator("form input:not([type=radio], [type=checkbox]):visible").first();
    if ((await field.count()) > 0) {
      await recordSubmit(page);
      await field.press("Enter");
      await expect(page.locator("html")).toHaveAttribute("data-sent", /\bmain\b/);
    }
  });
}

for (const state of LEFT_BY_ESCAPE.filter((name) => names.includes(name))) {
  test(`${state} is closed by Escape`, async ({ page }) => {
    await show(page, state);
    const heading = page.locator("dialog:modal h1, dialog:modal h2, h1").last();
    const before = await heading.textContent();
    await page.keyboard.press("Escape");
    await expect(page.locator("h1").first()).toBeVisible();
    await expect(page.getByRole("heading", { name: before ?? "", exact: true })).toHaveCount(0);
  });
}

test("the menu of a row floats above the list, and is used and closed by keyboard", async ({
  page,
}) => {
  await show(page, "groups");
  const more = page.getByRole("button", { name: /More for .Launch day, part 1/ });
  const rows = () =>
    page
      .locator("li")
      .evaluateAll((all) => all.map((row) => row.getBoundingClientRect().top + scrollY));
  const before = await rows();
  await more.press("Enter");
  const items = page.getByRole("menuitem");
  await expect(items.first()).toBeFocused();
  expect(await rows()).toEqual(before);
  for (const item of await items.all()) {
    await expect(item).toBeFocused();
    expect((await here(page)).covered).toBeNull();
    await page.keyboard.press("Tab");
  }
  await expect(items).toHaveCount(0);

  await more.press(" ");
  await page.keyboard.press("ArrowUp");
  await expect(items.last()).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(items).toHaveCount(0);
  await expect(more).toBeFocused();

  await more.click();
  await expect(items.first()).toBeFocused();
  await page.mouse.click(5, 5);
  await expect(items).toHaveCount(0);
});

test("the menu of the last row is scrolled into view", async ({ page }) => {
  await page.setViewportSize({ width: 400, height: 420 });
  await show(page, "groups");
  const more = page.getByRole("button", { name: /More for .Launch day, part 4/ });
  await more.press("Enter");
  await expect(page.getByRole("menuitem").last()).toBeInViewport({ ratio: 1 });
});
