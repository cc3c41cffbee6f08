import { render, screen, waitFor } from "@testing-library/svelte";
import { expect, it, vi } from "vitest";
import App from "../App.svelte";
import { done, job } from "../backend/fake";
import { backend, heading, heard, LINK, paste, person, press } from "../testing";

it("pauses, continues, and asks before it stops", async () => {
  await paste(LINK);
  await press("Save video");
  backend.tick(0.42);
  await press("Pause");
  expect(await heading(/Paused at .42%/)).toHaveFocus();
  await press("Continue");
  await heading("Downloading");

  await press("Cancel");
  await heading("Stop saving this video?");
  await press("Go on saving");
  await heading("Downloading");

  await press("Cancel");
  await press("Keep it for later");
  await heading("Stopped");
  expect(heard("status")).toBe("The unfinished part was kept.");
  expect(backend.job("job-1").state.is).toBe("paused");
  await press("Continue this one");
  await heading("Downloading");
  await press("Cancel");
  await press("Delete it");
  await heading("Stopped");
  expect(screen.queryByRole("button", { name: "Continue this one" })).toBeNull();
  expect(() => backend.job("job-1")).toThrow();
  await press("Save another");
  await screen.findByLabelText("Video link");
});

it("says why a job could not be paused", async () => {
  await paste(LINK);
  await press("Save video");
  backend.pause = () => Promise.reject({ code: "internal", detail: "the engine is gone" });
  await press("Pause");
  await screen.findByText("Something went wrong in the app", { selector: "strong" });
  expect(heard("alert")).toBe("Something went wrong in the app");
});

it("offers to keep what there is where pieces are missing", async () => {
  await paste(LINK);
  await press("Save video");
  const failure = { code: "pieces_missing", detail: "2 of 100 pieces" } as const;
  await heading("Downloading");
  backend.put({ ...backend.job("job-1"), state: { is: "failed", failure } });

  await heading("Some pieces couldn’t be downloaded");
  const resume = vi.spyOn(backend, "resume");
  await press("Keep what we have");
  expect(resume.mock.lastCall?.at(2)).toBe("gaps");
  await heading("Downloading");
});

it("offers to begin anyway where the disk seems to be too small", async () => {
  await paste(LINK);
  await press("Save video");
  const failure = { code: "low_space", detail: "12 MB free, 80 MB needed" } as const;
  await heading("Downloading");
  backend.put({ ...backend.job("job-1"), state: { is: "failed", failure } });

  await heading("Not enough room for this video");
  const resume = vi.spyOn(backend, "resume");
  await press("Save anyway");
  expect(resume.mock.lastCall?.at(2)).toBe("space");
  await heading("Downloading");
});

it("names the gaps of a file that was kept with gaps", async () => {
  await paste(LINK);
  await press("Save video");
  await heading("Downloading");
  const gaps = [{ start_ms: 63_000, duration_ms: 2_000 }];
  const finished = { file: "a.mp4", size_bytes: 1, duration_ms: 60_000, gaps, missing: [] };
  backend.put({ ...backend.job("job-1"), state: { is: "done", finished } });

  await heading(/Saved, but .2.sec. is missing/);
  expect(screen.getByText(/The gaps are at .+1:03/)).toBeVisible();
});

it("lists unfinished videos at the start and goes on only when asked", async () => {
  const fraction = 0.42;
  await backend.download({
    link: LINK,
    folder: "downloads",
    file_stem: "Yesterday",
    keep: "mp4",
    quality: "best",
    audio: "usual",
    access: { password: null, form: {}, referrer: null },
  });
  backend.tick(fraction);
  await backend.pause("job-1");
  render(App, { backend });

  expect(await heading("You have an unfinished video")).toHaveFocus();
  expect(screen.getByRole("button", { name: /Yesterday.*Paused at .42%/ })).toBeVisible();
  expect(backend.job("job-1").state.is).toBe("paused");
  await press("Continue");
  await heading("Downloading");
});

it("lists what was saved, and forgets it when told to", async () => {
  backend.put(job({ id: "old", state: done("Launch day"), progress: null }));
  render(App, { backend });
  await person.click(await screen.findByText(/Saved videos \(.1.\)/));
  await press("Play");
  expect(backend.opened).toEqual(["old"]);
  await press("Forget");
  await waitFor(() => expect(screen.queryByText(/Saved videos/)).toBeNull());
});

it("moves a job to another folder where the disk is full", async () => {
  await paste(LINK);
  await press("Save video");
  const failure = { code: "disk_full", detail: "0 bytes free" } as const;
  await heading("Downloading");
  backend.put({ ...backend.job("job-1"), state: { is: "failed", failure } });
  await heading("The disk is full");
  await press("Choose another folder");
  await heading("Downloading");
});

it("offers to keep a file that did not pass the check", async () => {
  await paste(LINK);
  await press("Save video");
  const failure = { code: "check_failed", detail: "it holds 99 samples, not 100" } as const;
  await heading("Downloading");
  backend.put({ ...backend.job("job-1"), state: { is: "failed", failure } });

  await heading("The file didn’t pass our check");
  const resume = vi.spyOn(backend, "resume");
  await press("Keep it anyway");
  expect(resume.mock.lastCall?.at(2)).toBe("check");
});
