/**
 * What the tests of the page share: a fake backend, a user, and queries.
 */
import { cleanup, render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach } from "vitest";
import App from "./App.svelte";
import type { JobView } from "./backend";
import { FakeBackend } from "./backend/fake";

/** A recording that can be saved at once. */
export const LINK = "https://video.ibm.com/recorded/112470631";

/** The backend of the current test. */
export let backend: FakeBackend;

/** The user of the current test. */
export let user: ReturnType<typeof userEvent.setup>;

beforeEach(() => {
  backend = new FakeBackend();
  user = userEvent.setup();
});

afterEach(cleanup);

/** Finds the main heading. */
export const heading = (name: string | RegExp) => screen.findByRole("heading", { level: 1, name });

/** Finds a button by its label. */
export const button = (name: string | RegExp) => screen.findByRole("button", { name });

/** Presses a button. */
export const press = async (name: string | RegExp) => user.click(await button(name));

/** Opens the app and pastes a text into its field, while these jobs are being done. */
export async function paste(text: string, ...others: JobView[]) {
  render(App, { backend });
  const field = await screen.findByLabelText("Video link");
  await backend.watched;
  for (const other of others) backend.put(other);
  await user.click(field);
  await user.paste(text);
}

/** Returns what was announced to screen readers, without direction isolates. */
export function heard(role: "status" | "alert") {
  return strip(screen.getByRole(role).textContent);
}

/** Removes the direction isolates around variables. */
export function strip(words: string) {
  return words.replace(/[\u2068\u2069]/g, "").trim();
}
