/**
 * Drives the window as a user does: enters links and presses buttons.
 */
import { text } from "../src/text";

/** Interval between two attempts to find an element. */
const POLL_MS = 10;
/** Longest wait for an element: shorter than that of the tests, so that they say what is missing. */
const TIMEOUT_MS = 30_000;

/** Waits until `find` returns something. */
async function waitFor<T>(what: string, find: () => T | null | undefined): Promise<T> {
  const end = Date.now() + TIMEOUT_MS;
  while (Date.now() < end) {
    const found = find();
    if (found !== null && found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Error(`there is no ${what}`);
}

/** Waits until the window is open. */
export async function opened(): Promise<void> {
  await waitFor("heading", () => document.querySelector("h1"));
}

/** Enters a link, and waits until it is resolved. */
export async function enterLink(link: string): Promise<void> {
  const field = await waitFor("field for a link", () =>
    document.querySelector<HTMLInputElement>("#link"),
  );
  field.value = link;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  await new Promise(requestAnimationFrame);
  field.form?.requestSubmit();
  await new Promise(requestAnimationFrame);
  await waitFor("answer", () => (document.querySelector("progress") === null ? true : null));
}

/** Returns a label without its numbers. */
const unnumbered = (label: string) => label.replaceAll(/[\d.,]+/g, "");

/** Stands for the first button that opens a menu. */
const MENU = "⋯";

/** Presses the button, or unfolds the details, whose label begins with the message `id`, whatever it
 *  counts. */
export async function press(id: string): Promise<void> {
  const button = await waitFor(`button "${id}"`, () =>
    id === MENU
      ? document.querySelector<HTMLElement>("[aria-haspopup=menu]")
      : [...document.querySelectorAll<HTMLElement>("button, summary")].find(({ textContent }) =>
          unnumbered(textContent.trim()).startsWith(unnumbered(text(id, { count: 50 }))),
        ),
  );
  button.click();
  await new Promise(requestAnimationFrame);
}
