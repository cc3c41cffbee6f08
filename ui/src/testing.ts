/**
 * What the stories of the page share: a backend that plays along, and a person.
 */
import { cleanup, render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach } from "vitest";
import App from "./App.svelte";
import { FakeBackend } from "./backend/fake";

/** A recording that can be saved at once. */
export const LINK = "https://video.ibm.com/recorded/112470631";

/** The backend of this story. */
export let backend: FakeBackend;

/** Whoever sits before the window. */
export let person: ReturnType<typeof userEvent.setup>;

beforeEach(() => {
  backend = new FakeBackend();
  person = userEvent.setup();
});

afterEach(cleanup);

/** The heading of what is in front. */
export const heading = (name: string | RegExp) => screen.findByRole("heading", { level: 1, name });

/** A button by its words. */
export const button = (name: string | RegExp) => screen.findByRole("button", { name });

/** Presses a button. */
export const press = async (name: string | RegExp) => person.click(await button(name));

/** Opens the app and pastes a text into its field. */
export async function paste(text: string) {
  render(App, { backend });
  await person.click(await screen.findByLabelText("Video link"));
  await person.paste(text);
}

/** What a screen reader was told, without the marks around names. */
export function heard(role: "status" | "alert") {
  return strip(screen.getByRole(role).textContent);
}

/** Words without the marks around names. */
export function strip(words: string) {
  return words.replace(/[\u2068\u2069]/g, "").trim();
}
