/**
 * A hand on the window: it looks up links and presses buttons as a person does.
 */
import { text } from "../src/text";

/** How often the window is looked at. */
const LOOK_MS = 10;
/** Longer than the window takes for anything. */
const PATIENCE_MS = 5_000;

/** Waits until there is what is looked for. */
async function found<T>(what: string, look: () => T | null | undefined): Promise<T> {
  const end = Date.now() + PATIENCE_MS;
  while (Date.now() < end) {
    const seen = look();
    if (seen !== null && seen !== undefined) return seen;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  throw new Error(`there is no ${what}`);
}

/** Looks a link up, and waits until the window has an answer. */
export async function lookUp(link: string): Promise<void> {
  const field = await found("field for a link", () =>
    document.querySelector<HTMLInputElement>("#link"),
  );
  field.value = link;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  await new Promise(requestAnimationFrame);
  field.form?.requestSubmit();
  await new Promise(requestAnimationFrame);
  await found("answer", () => (document.querySelector("progress") === null ? true : null));
}

/** Presses the button that bears these words. */
export async function press(words: string): Promise<void> {
  const button = await found(`button "${words}"`, () =>
    [...document.querySelectorAll("button")].find(({ textContent }) =>
      textContent?.trim().startsWith(text(words, { count: 50 })),
    ),
  );
  button.click();
  await new Promise(requestAnimationFrame);
}
