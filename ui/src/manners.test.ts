/**
 * What the window does that a page in a browser would not.
 */
import { createEvent, fireEvent, render, screen } from "@testing-library/svelte";
import { expect, it } from "vitest";
import App from "./App.svelte";
import { done, job, progressAt } from "./backend/fake";
import { backend, button, heading, LINK, paste, press, strip, user } from "./testing";

const size = () => document.documentElement.style.fontSize;

it("changes the size of the text by keys, within bounds, and remembers it", async () => {
  backend.starting.settings = { ...backend.starting.settings, zoom_percent: 110 };
  render(App, { backend });
  await screen.findByLabelText("Video link");
  expect(size()).toBe("110%");
  await user.keyboard("{Control>}+{/Control}");
  expect(size()).toBe("120%");
  expect(backend.settings.zoom_percent).toBe(120);
  await user.keyboard("{Control>}{-}{-}{/Control}");
  await user.keyboard("{Meta>}0{/Meta}");
  expect(size()).toBe("100%");
  for (let time = 0; time < 20; time += 1) await user.keyboard("{Control>}={/Control}");
  expect(size()).toBe("200%");
  await user.keyboard("0");
  expect(size()).toBe("200%");
});

it("is not loaded again by keys or by a browser's menu", async () => {
  render(App, { backend });
  const field = await screen.findByLabelText("Video link");
  expect(await fireEvent.keyDown(window, { key: "F5" })).toBe(false);
  expect(await fireEvent.keyDown(window, { key: "r", ctrlKey: true })).toBe(false);
  expect(await fireEvent.keyDown(window, { key: "R", metaKey: true })).toBe(false);
  expect(await fireEvent.keyDown(window, { key: "r" })).toBe(true);
  expect(await fireEvent.contextMenu(document.body)).toBe(false);
  // A field has a menu to paste with.
  expect(await fireEvent.contextMenu(field)).toBe(true);
});

it("presses one button by a held Enter, and not the one that comes in its place", async () => {
  await paste(LINK);
  const save = await button("Save video");
  expect(save).toHaveFocus();
  expect(await fireEvent.keyDown(save, { key: "Enter", repeat: true })).toBe(false);
  expect(await fireEvent.keyDown(save, { key: "Enter" })).toBe(true);
});

it("says where a link can be dropped only while one is over the window", async () => {
  render(App, { backend });
  await heading(/Save a video/);
  const hint = () => screen.queryByText("Drop the link to look it up");
  expect(hint()).toBeNull();
  await fireEvent.dragOver(window);
  expect(hint()).toBeVisible();
  await expect.poll(hint).toBeNull();
  const drop = createEvent.drop(window);
  await fireEvent.dragOver(window);
  await fireEvent(window, drop);
  expect(hint()).toBeNull();
});

it("says how many videos are still being saved when it is to be closed", async () => {
  for (const id of ["a", "b"]) backend.put(job({ id, progress: progressAt(0.4) }));
  render(App, { backend });
  await backend.watched;
  backend.tell({ is: "closing" });
  await heading(/.2. videos are still being saved/);
  backend.put({ ...backend.job("a"), state: done("a") });
  await heading("A video is still being saved");
});

it("tells in the settings that the video in front was saved meanwhile", async () => {
  await paste(LINK);
  await press("Save video");
  await heading("Downloading");
  await press("Settings");
  await heading("Settings");
  expect(screen.queryByRole("note")).toBeNull();
  backend.put({ ...backend.job("job-1"), state: done("Launch day"), progress: null });
  expect(await screen.findByRole("note")).toHaveTextContent("Saved");
  await press("Show it");
  await heading("Saved");
  await press("Settings");
  await heading("Settings");
  expect(screen.queryByRole("note")).toBeNull();
});

it("shows the name that a file gets of what is typed", async () => {
  await paste(LINK);
  await user.click(await screen.findByText("Change"));
  const name = await screen.findByLabelText("Name");
  await user.clear(name);
  await user.type(name, "Day 1: start.mp4");
  const replaced = await screen.findByText(/It is saved as/);
  expect(strip(replaced.textContent)).toBe("It is saved as Day 1- start.mp4.");
  expect(name).toHaveAccessibleDescription(/It is saved as/);
  await user.clear(name);
  await user.type(name, "Day 1");
  await expect.poll(() => screen.queryByText(/It is saved as/)).toBeNull();
});

it("copies the path of a file that no program opens", async () => {
  backend.put(job({ id: "a", state: done("One"), progress: null }));
  backend.open = () =>
    Promise.reject<undefined>({ code: "internal", detail: "no application opens it" });
  render(App, { backend });
  await user.click(await screen.findByText(/Saved videos/));
  await press("Show in folder");
  await press("Copy path");
  await button("Copied");
  expect(backend.clipboard).toBe("/home/ada/Videos/a.mp4");
});
