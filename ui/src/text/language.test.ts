import { render, screen } from "@testing-library/svelte";
import { afterEach, expect, it } from "vitest";
import Resolving from "../intake/Resolving.svelte";
import { setLanguage } from ".";

afterEach(() => setLanguage("en"));

it("replaces the text on the screen when another language is chosen", async () => {
  render(Resolving, { cancel: () => undefined });
  expect(screen.getByRole("button")).toHaveTextContent("Cancel");
  await setLanguage("de");
  expect(await screen.findByRole("button", { name: "Abbrechen" })).toBeVisible();
  expect(screen.getByRole("heading")).toHaveTextContent("Das Video wird gesucht …");
});
