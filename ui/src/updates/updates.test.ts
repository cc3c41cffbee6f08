import { render, screen } from "@testing-library/svelte";
import { expect, it, vi } from "vitest";
import App from "../App.svelte";
import type { UpdateOutcome } from "../backend";
import { job } from "../backend/fake";
import { backend, heading, heard, press, strip, user } from "../testing";

const find = () =>
  screen.findByText(/Version .0\.2\.0. of this app/, { selector: ".notice strong" });
const isOffered = () => document.querySelector(".notice") !== null;

function offer() {
  backend.starting.can_update = true;
  backend.release = { version: "0.2.0", notes: "- Faster." };
}

it("offers a newer version with what is new, installs it and restarts the app", async () => {
  offer();
  render(App, { backend });
  expect(await find()).toBeVisible();
  expect(heard("status")).toBe("Version 0.2.0 of this app is available");
  await user.click(screen.getByText("What is new"));
  expect(screen.getByText("- Faster.")).toBeVisible();
  await press("Update now");
  expect(backend.closed).toBe(true);
});

it.each([
  ["unreachable", "The new version couldn’t be downloaded"],
  ["refused", "The new version was not installed"],
  ["failed", "The new version couldn’t be installed"],
] satisfies [UpdateOutcome, string][])("says that the update was %s", async (outcome, words) => {
  offer();
  backend.outcome = outcome;
  render(App, { backend });
  await press("Update now");
  expect(await screen.findByText(words, { selector: ".notice strong" })).toBeVisible();
  expect(heard("alert")).toBe(words);
  expect(backend.closed).toBe(false);
  backend.outcome = "installed";
  await press("Try again");
  expect(backend.closed).toBe(true);
});

it("hides the offer until the next start if the user wants to decide later", async () => {
  offer();
  render(App, { backend });
  await find();
  await press("Not now");
  expect(isOffered()).toBe(false);
  expect(await heading(/Save a video/)).toHaveFocus();
});

it("does not offer it while a video is being saved", async () => {
  offer();
  render(App, { backend });
  await find();
  backend.put(job({ state: { is: "queued" } }));
  await vi.waitFor(() => expect(isOffered()).toBe(false));
  backend.put(job({ state: { is: "paused" } }));
  expect(await find()).toBeVisible();
});

it("says that it is being installed, and can be refused", async () => {
  offer();
  const refusal = { code: "internal", detail: "refused by the test" };
  let refuse = () => {};
  backend.installUpdate = () => new Promise((_, reject) => (refuse = () => reject(refusal)));
  render(App, { backend });
  await press("Update now");
  const installing = "Downloading and installing the new version…";
  expect(await screen.findByText(installing, { selector: ".notice p" })).toBeVisible();
  refuse();
  const wrong = "Something went wrong in the app";
  expect(await screen.findByText(wrong, { selector: ".notice strong" })).toBeVisible();
});

it("can be turned off, and is absent where a package manager updates the app", async () => {
  offer();
  backend.starting.settings = { ...backend.starting.settings, find_updates: false };
  render(App, { backend });
  await press("Settings");
  await user.click(await screen.findByText("Advanced"));
  const box = await screen.findByLabelText("Check for updates when the app starts");
  expect(box).not.toBeChecked();
  await user.click(box);
  expect(backend.settings.find_updates).toBe(true);
  expect(isOffered()).toBe(false);
});

it("does not look for updates if the app cannot update itself", async () => {
  offer();
  backend.starting.can_update = false;
  backend.findUpdate = vi.fn(() => Promise.resolve(null));
  render(App, { backend });
  await press("Settings");
  await heading("Settings");
  await user.click(await screen.findByText("Advanced"));
  await screen.findByLabelText("File names");
  expect(screen.queryByLabelText(/Check for updates/)).toBeNull();
  expect(backend.findUpdate).not.toHaveBeenCalled();
  expect(strip(document.title)).toBe("Ustream Downloader");
});
