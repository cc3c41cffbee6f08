import { render, screen, waitFor } from "@testing-library/svelte";
import { expect, it, vi } from "vitest";
import App from "./App.svelte";
import type { Failure } from "./backend";
import { preview } from "./backend/fake";
import { backend, heading, heard, LINK, paste, user, press } from "./testing";

/** Returns the picture of the video in front. */
const picture = () => document.querySelector("img");

it("saves a video from a pasted link", async () => {
  await paste(LINK);

  await heading("Launch day – full stream");
  expect(heard("status")).toMatch(/^Ready to save\. Launch day – full stream, Acme Space Channel/);
  await press("Save video");

  expect(await heading("Downloading")).toHaveFocus();
  expect(backend.asked).toEqual([
    {
      link: LINK,
      folder: "downloads",
      file_stem: null,
      keep: "mp4",
      quality: "best",
      audio: "usual",
      access: { password: null, form: {}, referrer: null },
      title: "Launch day – full stream",
      thumbnail: preview().thumbnail,
    },
  ]);
  expect(picture()).toHaveAttribute("src", preview().thumbnail);
  backend.tick(0.5);
  expect(await screen.findByRole("progressbar")).toHaveValue(0.5);
  expect(heard("status")).toBe("50% downloaded");
  backend.tick(0.5);

  expect(await heading("Saved")).toHaveFocus();
  expect(screen.getByText("Launch day – full stream.mp4")).toBeVisible();
  expect(picture()).toHaveAttribute("src", preview().thumbnail);
  await press("Show in folder");
  await press("Play");
  expect(backend.opened).toEqual(["job-1", "job-1"]);

  await press("Save another");
  expect(await screen.findByLabelText("Video link")).toHaveValue("");
});

it("opens with the link that the app was started with", async () => {
  backend.starting.link = LINK;
  render(App, { backend });
  await heading("Launch day – full stream");
});

it("asks for confirmation before it closes while a video is being saved", async () => {
  await paste(LINK);
  await press("Save video");
  await heading("Downloading");
  backend.tell({ is: "closing" });
  expect(await heading("A video is still being saved")).toHaveFocus();
  await user.keyboard("{Escape}");
  await heading("Downloading");
  backend.tell({ is: "closing" });
  await press("Close");
  expect(backend.closed).toBe(true);
});

it("says that a part of the list of jobs could not be read, when it has been tried", async () => {
  const watch = vi.spyOn(backend, "watch");
  render(App, { backend });
  await waitFor(() => expect(watch).toHaveBeenCalled());
  const damaged = "Part of your list could not be read";
  expect(screen.queryByText(damaged)).toBeNull();
  backend.tell({ is: "lost_jobs", count: 1 });
  await screen.findByText(damaged);
});

it("opens the settings from the menu bar", async () => {
  const watch = vi.spyOn(backend, "watch");
  render(App, { backend });
  await waitFor(() => expect(watch).toHaveBeenCalled());
  backend.tell({ is: "settings" });
  expect(await heading("Settings")).toHaveFocus();
});

it("resolves the link of a second start, or offers it if another screen is in front", async () => {
  const watch = vi.spyOn(backend, "watch");
  render(App, { backend });
  await waitFor(() => expect(watch).toHaveBeenCalled());
  backend.tell({ is: "link", link: LINK });
  await heading("Launch day – full stream");
  backend.tell({ is: "link", link: "https://video.ibm.com/recorded/134300003" });
  await press("Use another link");
  await user.clear(screen.getByLabelText("Video link"));
  await press("Use this link");
  await heading("This video is no longer there");
});

it("lets a job go on below for the link of a second start", async () => {
  await paste(LINK);
  await press("Save video");
  await heading("Downloading");
  backend.tell({ is: "link", link: "https://video.ibm.com/recorded/134300001" });
  await heading("This video has a password");
  expect(backend.job("job-1").state.is).toBe("running");
});

it("does not take away for the link of a second start what is being entered", async () => {
  await paste(LINK);
  await press("Save video");
  const failure: Failure = { code: "needs_password", detail: "locked" };
  backend.put({ ...backend.job("job-1"), state: { is: "failed", failure } });
  await user.type(await screen.findByLabelText("Password"), "sesame");
  backend.tell({ is: "link", link: "https://video.ibm.com/recorded/134300003" });
  expect(screen.getByLabelText("Password")).toHaveValue("sesame");
});
