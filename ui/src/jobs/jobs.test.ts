import { render, screen, waitFor, within } from "@testing-library/svelte";
import { expect, it, vi } from "vitest";
import App from "../App.svelte";
import type { Failure, Finished, JobState, JobView, MissingView } from "../backend";
import { done, job, progressAt, restingAt } from "../backend/fake";
import { backend, button, heading, heard, LINK, paste, user, press, strip } from "../testing";

/** Replaces non-breaking spaces and removes direction isolates. */
const plain = (words: string) => strip(words.replaceAll("\u00a0", " "));

/** Finds a text, ignoring direction isolates and non-breaking spaces. */
const said = (words: string) =>
  screen.getByText(
    (text) => text.replaceAll(/[\u2068\u2069]/g, "").replaceAll("\u00a0", " ") === words,
  );

/** The name of the button that opens the menu of a row. */
const more = (title: string) => new RegExp(`^More for .${title}`);

it("pauses, resumes, and asks for confirmation before it cancels", async () => {
  await paste(LINK);
  await press("Save video");
  backend.tick(0.42);
  await press("Pause");
  expect(await heading(/Paused at .42%/)).toHaveFocus();
  await press("Continue");
  await heading("Downloading");

  await press("Cancel");
  await heading("Stop saving this video?");
  await press("Continue saving");
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

it("offers to keep an incomplete video", async () => {
  await paste(LINK);
  await press("Save video");
  const failure: Failure = {
    code: "pieces_missing",
    detail: "2 of 100 segments",
    gaps: [{ start_ms: 100_000, duration_ms: 2_000 }],
    missing: [{ what: "segments", count: 2, total: 100 }],
    shorter_than_stated_ms: 12_000,
    whole_ms: 200_000,
  };
  await heading("Downloading");
  backend.put({ ...backend.job("job-1"), state: { is: "failed", failure } });

  await heading("This video isn’t complete");
  expect(said("Pieces that couldn’t be downloaded: 2 of 100.")).toBeVisible();
  expect(said("It is 12 sec shorter than the site says.")).toBeVisible();
  expect(said("Missing: 2 sec of 3 min 20 sec, at 1:40.")).toBeVisible();
  // No more than two buttons; the others are in a menu.
  const buttons = document.querySelectorAll(".buttons > button");
  expect([...buttons].map((it) => strip(it.textContent))).toEqual([
    "Try again",
    "Keep what we have",
  ]);
  await press("More");
  expect(screen.getAllByRole("menuitem").map((it) => it.textContent)).toEqual([
    "Cancel",
    "Use another link",
  ]);
  await user.keyboard("{Escape}");
  expect(await button("More")).toHaveFocus();
  const resume = vi.spyOn(backend, "resume");
  await press("Keep what we have");
  expect(resume.mock.lastCall?.at(2)).toBe("gaps");
  await heading("Downloading");
});

it("offers to save anyway if the disk only seems to be too small", async () => {
  await paste(LINK);
  await press("Save video");
  const room = { needed_bytes: 80_000_000, there_bytes: 72_000_000 };
  const detail = "72 MB free, 80 MB needed";
  const failure = { code: "low_space", detail, may_fit: true, room } as const;
  await heading("Downloading");
  backend.put({ ...backend.job("job-1"), state: { is: "failed", failure } });

  await heading("Not enough room for this video");
  expect(said("Needed: about 80 MB. Free there: 72 MB.")).toBeVisible();
  const resume = vi.spyOn(backend, "resume");
  await press("Save anyway");
  expect(resume.mock.lastCall?.at(2)).toBe("space");
  await heading("Downloading");
});

it("does not offer to save anyway if it cannot help", async () => {
  await paste(LINK);
  await press("Save video");
  const failure = { code: "low_space", detail: "12 MB free, 80 MB needed" } as const;
  await heading("Downloading");
  backend.put({ ...backend.job("job-1"), state: { is: "failed", failure } });

  await heading("Not enough room for this video");
  expect(screen.queryByRole("button", { name: "Save anyway" })).toBeNull();
  expect(await button("Choose another folder")).toBeVisible();
});

it.each([
  [{ missing: [{ what: "track", kind: "video", language: null }] }, "The picture is missing."],
  [{ missing: [{ what: "track", kind: "audio", language: null }] }, "The sound is missing."],
  [
    { missing: [{ what: "track", kind: "audio", language: "fr" }] },
    "The sound in this language is missing: French.",
  ],
  [{ missing: [{ what: "empty_segments", count: 3 }] }, "Pieces without picture and sound: 3."],
  [
    { missing: [{ what: "misplaced_segments", count: 1 }] },
    "Pieces from another place in the video: 1.",
  ],
  [{ shorter_than_stated_ms: 400 }, "It is 1 sec shorter than the site says."],
] satisfies [Partial<Finished>, string][])("says %j of a saved video", async (lacks, words) => {
  await paste(LINK);
  await press("Save video");
  await heading("Downloading");
  const finished = { ...done("a").finished, ...lacks };
  backend.put({ ...backend.job("job-1"), state: { is: "done", finished } });

  await heading("Saved, but not complete");
  expect(said(words)).toBeVisible();
  expect(await button("Download again")).toBeVisible();
});

it("says that another quality was saved", async () => {
  await paste(LINK);
  await press("Save video");
  await heading("Downloading");
  const missing: MissingView[] = [{ what: "rendition", wished: "1080p", reason: "503" }];
  const finished = { ...done("a").finished, missing };
  backend.put({ ...backend.job("job-1"), state: { is: "done", finished } });

  await heading("Saved");
  expect(screen.getByText(/1080p.+ so another one was saved/)).toBeVisible();
});

it("names the gaps of a file that was kept with gaps", async () => {
  await paste(LINK);
  await press("Save video");
  await heading("Downloading");
  const gaps = [{ start_ms: 63_000, duration_ms: 2_000 }];
  const finished = { file: "a.mp4", size_bytes: 1, duration_ms: 60_000, gaps, missing: [] };
  backend.put({ ...backend.job("job-1"), state: { is: "done", finished } });

  await heading(/Saved, but .2.sec. is missing/);
  expect(screen.getByText(/Missing at: .+1:03/)).toBeVisible();
});

it("names the captions that are kept unchanged", async () => {
  await paste(LINK);
  await press("Save video");
  await heading("Downloading");
  const unconverted = [
    { file: "a.en.ttml", left_out: 2 },
    { file: "a.de.stl", left_out: 0 },
  ];
  const finished = { ...done("a").finished, unconverted };
  backend.put({ ...backend.job("job-1"), state: { is: "done", finished } });

  await heading("Saved");
  expect(screen.getByText(/^Some captions couldn’t be .+a\.en\.ttml/)).toBeVisible();
  expect(screen.getByText(/^The captions couldn’t be .+a\.de\.stl/)).toBeVisible();
  expect(screen.queryByRole("button", { name: "Download again" })).toBeNull();
});

it("says that a video is saved already, and offers to save it again", async () => {
  await paste(LINK);
  await press("Save video");
  await heading("Downloading");
  const before = done("Launch day").finished;
  const finished = { ...before, saved_before: true };
  backend.put({ ...backend.job("job-1"), state: { is: "done", finished } });

  await heading(/You saved this video on .Nov.23,.2016/);
  await press("Show in folder");
  expect(backend.opened).toEqual(["job-1"]);
  await press("Save again");
  await heading("Launch day – full stream");
  await press("Save again");
  await heading("Downloading");
  expect(backend.asked[1]?.again).toBe(true);
});

it("shows what is being saved when the page is loaded again", async () => {
  backend.put(job({ id: "a", title: "One" }));
  backend.put(job({ id: "b", title: "Two", state: { is: "paused" } }));
  const page = render(App, { backend });
  await heading("Downloading");
  expect(screen.getByText("One")).toBeVisible();
  page.unmount();

  backend.put(job({ id: "c", title: "Three" }));
  render(App, { backend });
  await heading("Save a video from Ustream or IBM Video");
  await button(more("One"));
  await button(more("Three"));
});

it("lists unfinished videos at the start and resumes only when asked", async () => {
  const fraction = 0.42;
  await backend.download({
    link: LINK,
    folder: "downloads",
    file_stem: "Yesterday",
    keep: "mp4",
    quality: "best",
    audio: "usual",
    access: { password: null, form: {}, referrer: null },
    title: null,
  });
  backend.tick(fraction);
  await backend.pause("job-1");
  render(App, { backend });

  expect(await heading("You have an unfinished video")).toHaveFocus();
  // Once, and not in the list of stopped videos below, too.
  expect(screen.getAllByText("Yesterday")).toHaveLength(1);
  expect(screen.getByText(/Paused at .42%/)).toBeVisible();
  expect(screen.queryByText(/Stopped/)).toBeNull();
  expect(backend.job("job-1").state.is).toBe("paused");
  await press("Continue");
  await heading("Downloading");
});

it("shows the same progress in the bar, beside it, in the title and in the list", async () => {
  await paste(LINK);
  await press("Save video");
  await heading("Downloading");
  for (const fraction of [0, 0.07, 0.29, 0.42, 0.999, 1]) {
    backend.put({ ...backend.job("job-1"), progress: progressAt(fraction) });
    const percent = `${Math.floor(fraction * 100)}%`;
    await waitFor(() => expect(screen.getByRole("progressbar")).toHaveValue(fraction));
    expect(screen.getByText(percent, { selector: "strong" })).toBeVisible();
    expect(document.title).toContain(`${percent}`);
  }
  await press("Save another");
  expect(screen.getByRole("button", { name: /100%/ })).toBeVisible();
});

it("says that no data comes, and shows neither a speed nor a time then", async () => {
  await paste(LINK);
  await press("Save video");
  const silent = restingAt(0.42, { silent_seconds: 8 });
  backend.put({ ...backend.job("job-1"), progress: silent });
  await heading("Downloading");
  await screen.findByText("No data for 8 seconds. Still trying…", { normalizer: plain });
  expect(document.body.textContent).not.toMatch(/left|\/s/);
  expect(screen.getByText(/235.MB.+of about.+560.MB/)).toBeVisible();
});

it.each([
  ["network", "Waiting for the internet…"],
  ["mirror", "Waiting for the video’s server…"],
  ["segments", "Looking for what is missing…"],
] as const)("says that a job waits for %s", async (waiting_for, words) => {
  await paste(LINK);
  await press("Save video");
  const progress = restingAt(0.42, { waiting: true, waiting_for });
  backend.put({ ...backend.job("job-1"), progress });
  await heading(words);
  expect(await button("Try now")).toBeVisible();
});

it("shows what is here while it gets ready to go on, and nothing if nothing is here", async () => {
  await paste(LINK);
  await press("Save video");
  const progress = restingAt(0.16, { stage: "resolving" });
  backend.put({ ...backend.job("job-1"), progress });
  await heading("Getting ready…");
  expect(screen.getByRole("progressbar")).toHaveValue(0.16);
  const none = { ...progress, fraction: null, done_bytes: 0, total_bytes: null };
  backend.put({ ...backend.job("job-1"), progress: none });
  await waitFor(() => expect(screen.getByRole("progressbar")).not.toHaveAttribute("value"));
  expect(document.body.textContent).not.toMatch(/so far|%/);
});

it("leads from a job that cannot run twice to the one that runs, and deletes nothing", async () => {
  backend.put(job({ id: "first", progress: progressAt(0.55) }));
  const failure: Failure = { code: "in_use", detail: "the part folder is locked" };
  backend.put(job({ id: "second", title: "Again", state: { is: "failed", failure } }));
  render(App, { backend });
  await user.click(await button(/^Again/));
  await heading(/You are already saving this: .55%/);
  expect(document.body.textContent).not.toMatch(/program|deleted/);
  backend.put({ ...backend.job("first"), state: done("Launch day") });
  await heading("Saved");
  expect(document.body.textContent).not.toMatch(/program/);
  const remove = vi.spyOn(backend, "remove");
  await press("Show it");
  await screen.findByText("Launch day.mp4");
  expect(remove.mock.calls).toEqual([["second", true]]);
});

it("says that another program saves the video only if none of this app's jobs does", async () => {
  const failure: Failure = { code: "in_use", detail: "the part folder is locked" };
  backend.put(job({ id: "only", title: "Again", state: { is: "failed", failure } }));
  render(App, { backend });
  await user.click(await button(/^Again/));
  await heading("This video is already being saved");
});

it("lists jobs by what becomes of them, by their titles and never by bare addresses", async () => {
  const failure: Failure = { code: "not_found", detail: "404" };
  const link = "https://video.ibm.com/recorded/7";
  const queued = { state: { is: "queued" }, progress: null } as const;
  backend.put(job({ id: "a", title: "One" }));
  backend.put(job({ id: "b", link, title: link, ...queued }));
  backend.put(job({ id: "c", title: "/home/ada/old.flv", link: "/home/ada/old.flv", ...queued }));
  backend.put(job({ id: "d", title: "Four", state: { is: "paused" } }));
  backend.put(job({ id: "e", title: "Five", state: { is: "failed", failure } }));
  render(App, { backend });
  const group = async (name: RegExp) =>
    within(await screen.findByRole("region", { name }))
      .getAllByRole("listitem")
      .map((row) => strip(row.querySelector("button")?.textContent ?? ""));
  expect((await group(/Saving/)).join()).toMatch(/^One/);
  expect(await group(/Waiting/)).toEqual([
    expect.stringMatching(/^Video 7.*Waiting for its turn/),
    expect.stringMatching(/^old\.flv.*Waiting for its turn/),
  ]);
  expect(await group(/Stopped/)).toEqual([
    expect.stringMatching(/^Four.*Paused/),
    expect.stringMatching(/^Five.*This video is no longer there/),
  ]);
});

it.each([
  [{ state: { is: "running" } }, "Pause", "paused"],
  [{ state: { is: "queued" }, progress: null }, "Pause", "paused"],
  [{ state: { is: "paused" } }, "Continue", "running"],
  [{ state: { is: "failed", failure: { code: "busy", detail: "429" } } }, "Try again", "running"],
  [
    { state: { is: "failed", failure: { code: "still_live", detail: "live" } } },
    "Check again",
    "running",
  ],
] satisfies [Partial<JobView>, string, JobState["is"]][])(
  "offers in the row of a job %j the action %s",
  async (change, label, then) => {
    render(App, { backend });
    await backend.watched;
    backend.put(job({ id: "a", title: "One", ...change }));
    const row = async () =>
      within((await button(/^One/)).closest("li") ?? document.body).getAllByRole("button");
    const [, action] = await row();
    expect(action).toHaveTextContent(label);
    if (action) await user.click(action);
    expect(backend.job("a").state.is).toBe(then);
    // The row is in another list now, and still has the focus.
    await waitFor(async () => expect((await row())[1]).toHaveFocus());
  },
);

it("offers nothing in a row that can only be waited for, and shows what needs an answer", async () => {
  const failure: Failure = { code: "needs_password", detail: "locked" };
  backend.put(job({ id: "a", title: "One", state: { is: "failed", failure } }));
  backend.put(job({ id: "b", title: "Two", progress: restingAt(1, { stage: "finishing" }) }));
  render(App, { backend });
  await press("Save another");
  await button(more("One"));
  expect(screen.queryByRole("button", { name: "Pause" })).toBeNull();
  await press(more("Two"));
  expect(screen.getAllByRole("menuitem").map(({ textContent }) => textContent)).toEqual([
    "Show it",
    "Open in browser",
  ]);
  await user.keyboard("{Escape}");
  await press("Show it");
  await heading("This video has a password");
});

it("opens the menu of a row with the keyboard, and gives the focus back", async () => {
  backend.put(job({ id: "a", title: "One" }));
  render(App, { backend });
  await press("Save another");
  const opener = await button(more("One"));
  expect(opener).toHaveAttribute("aria-expanded", "false");
  opener.focus();
  await user.keyboard("{Enter}");
  expect(opener).toHaveAttribute("aria-expanded", "true");
  const items = screen.getAllByRole("menuitem");
  expect(items.map(({ textContent }) => textContent)).toEqual([
    "Show it",
    "Open in browser",
    "Cancel",
  ]);
  expect(items[0]).toHaveFocus();
  for (const [key, index] of [
    ["{ArrowDown}", 1],
    ["{End}", 2],
    ["{ArrowDown}", 0],
    ["{ArrowUp}", 2],
    ["{Home}", 0],
  ] as const) {
    await user.keyboard(key);
    expect(items[index]).toHaveFocus();
  }
  await user.keyboard("{Escape}");
  expect(screen.queryByRole("menu")).toBeNull();
  expect(opener).toHaveFocus();

  await user.keyboard(" ");
  await user.tab({ shift: true });
  await user.tab({ shift: true });
  expect(screen.queryByRole("menu")).toBeNull();
});

it("counts videos that are saved together, and sums up once at the end", async () => {
  const told = () => plain(document.querySelector(".batch p")?.textContent ?? "");
  await paste(`${LINK} https://video.ibm.com/recorded/112470632`);
  await press(/Save .2. videos/);
  await heading("Downloading");
  await waitFor(() => expect(told()).toBe("0 of 2 saved"));
  backend.put({ ...backend.job("job-2"), state: done("Two") });
  await waitFor(() => expect(told()).toBe("1 of 2 saved"));
  // A video that is started meanwhile is counted, too.
  backend.put(job({ id: "late", title: "Late" }));
  await waitFor(() => expect(told()).toBe("1 of 3 saved"));
  expect(heard("status")).toBe("");
  backend.put({ ...backend.job("job-1"), state: done("One") });
  const failure: Failure = { code: "busy", detail: "429" };
  backend.put({ ...backend.job("late"), state: { is: "failed", failure } });
  await waitFor(() => expect(told()).toBe("2 of 3 saved · 1 failed"));
  expect(heard("status")).toBe("2 of 3 saved · 1 failed");
  await press("Try again");
  await waitFor(() => expect(told()).toBe("2 of 3 saved"));
  backend.put({ ...backend.job("late"), state: done("Late") });
  await waitFor(() => expect(told()).toBe("All 3 videos are saved"));
  expect(heard("status")).toBe("All 3 videos are saved");

  // What is started now is counted anew.
  backend.put(job({ id: "next", title: "Next" }));
  await waitFor(() => expect(told()).toBe(""));
});

it("pauses and continues all, and tries the failed ones again", async () => {
  const failure: Failure = { code: "busy", detail: "429" };
  const states = () => ["a", "b", "c", "d", "e"].map((id) => backend.job(id).state.is);
  backend.put(job({ id: "a", title: "One" }));
  backend.put(job({ id: "b", title: "Two", state: { is: "queued" }, progress: null }));
  for (const id of ["c", "d"]) backend.put(job({ id, state: { is: "failed", failure } }));
  const locked: Failure = { code: "needs_password", detail: "locked" };
  backend.put(job({ id: "e", state: { is: "failed", failure: locked } }));
  render(App, { backend });
  const pause = vi.spyOn(backend, "pause");
  await press("Pause all");
  // Those that wait first: otherwise they would start.
  await waitFor(() => expect(pause.mock.calls).toEqual([["b"], ["a"]]));
  expect(states()).toEqual(["paused", "paused", "failed", "failed", "failed"]);
  expect(await button("Continue all")).toHaveFocus();
  await press("Continue all");
  expect(await button("Pause all")).toHaveFocus();
  expect(states()).toEqual(["running", "running", "failed", "failed", "failed"]);
  await press("Try the failed ones again");
  await waitFor(() =>
    expect(states()).toEqual(["running", "running", "running", "running", "failed"]),
  );
  expect(screen.queryByRole("button", { name: "Try the failed ones again" })).toBeNull();
  expect(await button("Pause all")).toHaveFocus();
});

it("pauses and continues the job in front with the others", async () => {
  await paste(`${LINK} https://video.ibm.com/recorded/112470632`);
  await press(/Save .2. videos/);
  await press("Pause all");
  await heading(/Paused at .0%/);
  expect(await button("Continue all")).toBeVisible();
  await press("Continue all");
  await heading("Downloading");
  expect(backend.job("job-2").state.is).toBe("running");
});

it("has no buttons for all jobs if there is one job", async () => {
  backend.put(job({ id: "a", title: "One" }));
  render(App, { backend });
  await button("Pause");
  expect(screen.queryByRole("button", { name: /all/ })).toBeNull();
  expect(screen.queryByText(/ of .* saved/)).toBeNull();
});

it("asks for confirmation before it cancels a job from its row", async () => {
  backend.put(job({ id: "a", title: "One" }));
  render(App, { backend });
  await press("Save another");
  await press(more("One"));
  await user.click(screen.getByRole("menuitem", { name: "Cancel" }));
  await heading("Stop saving this video?");
  expect(backend.job("a").state.is).toBe("running");
  await press("Delete it");
  await heading("Stopped");
  expect(() => backend.job("a")).toThrow();
});

it("makes a page of the folder", async () => {
  backend.put(job({ id: "a", state: done("One"), progress: null }));
  render(App, { backend });
  await user.click(await screen.findByText(/Saved videos/));
  await press("Make a web page of the folder");
  expect(backend.opened).toEqual(["index.html"]);
});

it("deletes a saved file only when asked twice, and says if it cannot", async () => {
  backend.put(job({ id: "a", state: done("One"), progress: null }));
  render(App, { backend });
  await user.click(await screen.findByText(/Saved videos/));
  const ask = async () => {
    await press(more("One"));
    await user.click(screen.getByRole("menuitem", { name: "Delete the file…" }));
  };
  await ask();
  expect(await button("Keep it")).toHaveFocus();
  expect(screen.getByText(/Delete .One.mp4.\?/)).toBeVisible();
  await press("Keep it");
  expect(screen.queryByText(/Delete .One.mp4.\?/)).toBeNull();
  expect(backend.job("a").state.is).toBe("done");

  backend.noTrash = true;
  await ask();
  await press("Delete it");
  await screen.findByText("The file could not be moved to the trash", { selector: "strong" });
  expect(heard("alert")).toBe("The file could not be moved to the trash");
  expect(backend.job("a").state.is).toBe("done");

  backend.noTrash = false;
  await ask();
  await press("Delete it");
  expect(strip(heard("status"))).toBe("One.mp4 is in the trash.");
  expect(() => backend.job("a")).toThrow();
});

it("plays a saved video by its menu, and once by a double click or by Enter", async () => {
  for (const id of ["a", "b", "c"]) backend.put(job({ id, state: done(id), progress: null }));
  render(App, { backend });
  await user.click(await screen.findByText(/Saved videos \(.3.\)/));
  await press(more("b.mp4"));
  await user.click(screen.getByRole("menuitem", { name: "Play" }));
  await user.dblClick(await button(/^a\.mp4/));
  expect(backend.opened).toEqual(["b", "a"]);
  (await button(/^c\.mp4/)).focus();
  await user.keyboard("{Enter}");
  expect(backend.opened).toEqual(["b", "a", "c"]);
});

/** Opens the list of the saved videos `a`, `b` and `c`, and removes one of them. */
async function removes(id: string) {
  await press(more(`${id}.mp4`));
  await user.click(screen.getByRole("menuitem", { name: "Remove from list" }));
  await screen.findByText(new RegExp(`${id}\\.mp4.* was removed`), { selector: "li *" });
}

it("removes a saved video from the list, and undoes that until another is removed", async () => {
  for (const id of ["a", "b", "c"]) backend.put(job({ id, state: done(id), progress: null }));
  render(App, { backend });
  await user.click(await screen.findByText(/Saved videos \(.3.\)/));
  await removes("b");
  expect(heard("status")).toBe("b.mp4 was removed from the list. The file is kept.");
  expect(screen.getByText(/Saved videos \(.2.\)/)).toBeVisible();
  // The newest is the first.
  expect(await button(/^a\.mp4/)).toHaveFocus();
  await press("Undo");
  expect(await button(/^b\.mp4/)).toHaveFocus();
  expect(screen.getByText(/Saved videos \(.3.\)/)).toBeVisible();

  await removes("b");
  await removes("a");
  expect(() => backend.job("b")).toThrow();
  expect(screen.queryByText(/b\.mp4/)).toBeNull();
  expect(backend.job("a")).toBeDefined();
  // The last row has none after it.
  expect(await button("Undo")).toHaveFocus();
  // Another screen is in front.
  await press("Settings");
  await heading("Settings");
  expect(() => backend.job("a")).toThrow();
});

it("makes a removal final after a while, but not while the button to undo it has the focus", async () => {
  for (const id of ["a", "b"]) backend.put(job({ id, state: done(id), progress: null }));
  render(App, { backend });
  await user.click(await screen.findByText(/Saved videos \(.2.\)/));
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"], shouldAdvanceTime: true });
  try {
    await removes("b");
    (await button("Undo")).focus();
    await vi.advanceTimersByTimeAsync(30_000);
    expect(backend.job("b")).toBeDefined();
    (await button(/^a\.mp4/)).focus();
    await vi.advanceTimersByTimeAsync(30_000);
    expect(() => backend.job("b")).toThrow();
    await waitFor(() => expect(screen.queryByRole("button", { name: "Undo" })).toBeNull());
    expect(await button(/^a\.mp4/)).toHaveFocus();
  } finally {
    vi.useRealTimers();
  }
});

it("shows a few of many saved videos, more on demand, and those that are searched for", async () => {
  for (let number = 0; number < 100; number += 1) {
    const id = `job-${number}`;
    backend.put(job({ id, title: id, state: done(`Part ${number}`), progress: null }));
  }
  render(App, { backend });
  await user.click(await screen.findByText(/Saved videos \(.100.\)/));
  const rows = () =>
    screen.getAllByRole("listitem").map((row) => row.querySelector("bdi")?.textContent);
  expect(rows()).toHaveLength(20);
  expect(rows()[0]).toBe("Part 99.mp4");
  await press("Show more");
  expect(rows()).toHaveLength(70);
  expect(await button(/^Part 79\.mp4/)).toHaveFocus();

  const sought = await screen.findByLabelText("Search your videos");
  await user.type(sought, " pArt 4");
  expect(rows()).toHaveLength(11);
  expect(said("11 of 100 shown")).toBeVisible();
  expect(screen.queryByRole("button", { name: "Show more" })).toBeNull();
  await user.clear(sought);
  await user.type(sought, "nowhere");
  expect(screen.queryByRole("listitem")).toBeNull();
  expect(said("Nothing found")).toBeVisible();
});

it("narrows a long list of jobs to one state, and shows a few of each at first", async () => {
  for (let number = 0; number < 60; number += 1) {
    const id = `job-${number}`;
    const state: JobState = number < 30 ? { is: "queued" } : done(`Part ${number}`);
    backend.put(job({ id, title: `Part ${number}`, state, progress: null }));
  }
  render(App, { backend });
  const waiting = () => screen.queryByRole("region", { name: /Waiting \(.30.\)/ });
  await waitFor(() => expect(waiting()).toBeVisible());
  expect(within(waiting() ?? document.body).getAllByRole("listitem")).toHaveLength(20);
  const list = within(waiting() ?? document.body);
  await user.click(list.getByRole("button", { name: "Show more" }));
  expect(list.getAllByRole("listitem")).toHaveLength(30);

  await user.selectOptions(await screen.findByLabelText("Show"), "Saved");
  expect(waiting()).toBeNull();
  expect(await screen.findByText(/Saved videos \(.30.\)/)).toBeVisible();
  expect(said("30 of 60 shown")).toBeVisible();
  await user.selectOptions(screen.getByLabelText("Show"), "All");
  expect(waiting()).toBeVisible();
});

it("removes all saved videos from the list once that is confirmed, and only those found", async () => {
  for (let number = 0; number < 30; number += 1) {
    const id = `job-${number}`;
    backend.put(job({ id, title: id, state: done(`Part ${number}`), progress: null }));
  }
  render(App, { backend });
  await user.click(await screen.findByText(/Saved videos \(.30.\)/));
  await press("Remove all from list");
  expect(await button("Keep them")).toHaveFocus();
  await press("Keep them");
  await user.type(await screen.findByLabelText("Search your videos"), "part 2");
  await press("Remove all from list");
  expect(said("Remove these 11 videos from the list?")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Remove from list" }));
  expect(await screen.findByText("Nothing found")).toBeVisible();
  await user.clear(screen.getByLabelText("Search your videos"));
  expect(await screen.findByText(/Saved videos \(.19.\)/)).toBeVisible();
});

it("checks a saved video, and says what is damaged", async () => {
  backend.put(job({ id: "old", state: done("Launch day"), progress: null }));
  render(App, { backend });
  await user.click(await screen.findByText(/Saved videos \(.1.\)/));
  const row = within(screen.getByText("Launch day.mp4").closest("li") ?? document.body);
  const check = async () => {
    await press(more("Launch day.mp4"));
    await user.click(screen.getByRole("menuitem", { name: "Check" }));
  };
  await check();
  expect(await row.findByText(/Launch day\.mp4.* is complete and undamaged\./)).toBeVisible();

  const lost = { samples: 3, at_ms: 100_000, duration_ms: 120 };
  backend.damage = [
    { damage: "changed" },
    { damage: "frames", what: "damaged", track: "video", ...lost },
    { damage: "bytes_lost", bytes: 320_000 },
    { damage: "shorter", by_ms: 12_000 },
    { damage: "captions_missing", file: "Launch day.en.vtt" },
  ];
  await check();
  expect(await row.findByText(/is damaged\. You can download it again\./)).toBeVisible();
  const damages = [
    "The file is no longer as it was saved.",
    /Lost picture: .+ at .*1:40/,
    /320 kB.* of the file can’t be read/,
    /12 s.* of it is missing/,
    /Launch day\.en\.vtt.* is missing or can’t be read/,
  ];
  for (const sentence of damages) expect(row.getByText(sentence)).toBeVisible();

  backend.gone = true;
  await check();
  await row.findByText("We couldn’t open it");
  expect(row.queryByText(/is damaged/)).toBeNull();
});

it("moves a job to another folder if the disk is full", async () => {
  await paste(LINK);
  await press("Save video");
  const failure = { code: "disk_full", detail: "0 bytes free" } as const;
  await heading("Downloading");
  backend.put({ ...backend.job("job-1"), state: { is: "failed", failure } });
  await heading("The disk is full");
  await press("Choose another folder");
  await heading("Downloading");
});

it("offers to keep a file that failed the check", async () => {
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
