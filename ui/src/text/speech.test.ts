import { render, screen } from "@testing-library/svelte";
import { afterEach, expect, it } from "vitest";
import Looking from "../intake/Looking.svelte";
import { speak } from ".";

afterEach(() => speak("en"));

it("writes what is on the screen anew when another language is chosen", async () => {
  render(Looking, { cancel: () => undefined });
  expect(screen.getByRole("button")).toHaveTextContent("Cancel");
  await speak("de");
  expect(await screen.findByRole("button", { name: "Abbrechen" })).toBeVisible();
  expect(screen.getByRole("heading")).toHaveTextContent("Das Video wird gesucht …");
});
