import { cleanup, render, screen } from "@testing-library/svelte";
import { expect, it } from "vitest";
import App from "../App.svelte";
import { done, job, progressAt } from "../backend/fake";
import { backend, button, heading, heard, LINK, paste, user, press, strip } from "../testing";

/** Shows the choices. */
const unfold = async () => user.click(await screen.findByText("Change", { selector: "summary *" }));

it("saves with Enter as soon as the video is found, and names the video", async () => {
  await paste(LINK);
  expect(await button("Save video")).toHaveFocus();
  expect(await button("Save video")).toHaveAccessibleDescription("Launch day – full stream");
  await user.keyboard("{Enter}");
  await heading("Downloading");
});

it("saves a copied link with two presses of Enter", async () => {
  backend.clipboard = LINK;
  render(App, { backend });
  await screen.findByText("You copied a link");
  await user.keyboard("{Enter}");
  await button("Save video");
  await user.keyboard("{Enter}");
  await heading("Downloading");
});

it.each([
  ["was saved before", () => backend.put(job({ state: done("Launch day"), progress: null })), LINK],
  ["does not fit", () => {}, "https://video.ibm.com/recorded/134300021"],
] as const)(
  "does nothing with Enter before the user has read that a video %s",
  async (_, prepare, link) => {
    prepare();
    await paste(link);
    expect(await heading("Launch day – full stream")).toHaveFocus();
    await user.keyboard("{Enter}");
    expect(backend.asked).toEqual([]);
    expect(backend.opened).toEqual([]);
  },
);

it("folds the choices into one line", async () => {
  await paste(LINK);
  const line = async () => strip((await screen.findByText(/^MP4 ·|^FLV ·/)).textContent);
  expect(await line()).toBe("MP4 · 720p · Launch day – full stream.mp4");
  expect(screen.queryByLabelText("Name")).toBeNull();
  await unfold();
  await user.selectOptions(await screen.findByLabelText("Quality"), screen.getByText(/360.p/));
  await user.clear(screen.getByLabelText("Name"));
  expect(await line()).toBe("MP4 · 360p · Launch day – full stream.mp4");
  await user.type(screen.getByLabelText("Name"), "My movie");
  await user.click(screen.getByRole("radio", { name: /FLV/ }));
  expect(await line()).toBe("FLV · 720p · My movie.flv");
});

it("saves the previewed recording if a channel was pasted", async () => {
  await paste("https://video.ibm.com/channel/id/6540155");
  await press("Save video");
  expect(backend.asked[0]?.link).toBe(LINK);
});

it("sends the name, the folder, the file type and the quality that were chosen", async () => {
  await paste(LINK);
  await unfold();
  const name = await screen.findByLabelText("Name");
  await user.clear(name);
  await user.type(name, "My movie");
  await user.selectOptions(screen.getByLabelText("Quality"), screen.getByText(/360.p/));
  await press("Change…");
  await press("Save video");

  expect(backend.asked[0]).toMatchObject({
    file_stem: "My movie",
    folder: "drive",
    quality: { height: 360 },
  });
});

it("offers the FLV only if there is one", async () => {
  await paste(LINK);
  await unfold();
  await user.click(await screen.findByRole("radio", { name: /FLV/ }));
  await press("Save video");
  expect(backend.asked[0]?.keep).toBe("original");
  cleanup();
  await backend.remove("job-1");

  await paste("134300001");
  await user.type(await screen.findByLabelText("Password"), "open sesame{Enter}");
  await heading("Launch day – full stream");
  await unfold();
  await screen.findByLabelText("Name");
  expect(screen.queryByRole("radio")).toBeNull();
});

it("offers the sound alone, as an MP3 too where there is ffmpeg", async () => {
  await paste(LINK);
  await unfold();
  const quality = await screen.findByLabelText("Quality");
  expect(screen.queryByRole("radio", { name: /MP3/ })).toBeNull();
  await user.selectOptions(quality, screen.getByText(/^Sound only/));
  await screen.findByText(/^M4A ·/);
  await user.click(await screen.findByRole("radio", { name: /MP3/ }));
  expect(strip(screen.getByText(/^MP3 ·/).textContent)).toContain("full stream.mp3");
  await press("Save video");
  expect(backend.asked[0]).toMatchObject({ quality: "audio", keep: "mp4", ending: "mp3" });
});

it("offers the sound alone as an M4A where there is no ffmpeg", async () => {
  backend.ffmpegVersion = null;
  backend.starting.settings = { ...backend.settings, quality: "audio" };
  await paste(LINK);
  await unfold();
  await screen.findByText(/^M4A ·/);
  expect(await screen.findByLabelText("Quality")).toHaveDisplayValue(/^Sound only/);
  expect(screen.queryByRole("radio", { name: /MP3/ })).toBeNull();
  await press("Save video");
  expect(backend.asked[0]).toMatchObject({ quality: "audio" });
  expect(backend.asked[0]).not.toHaveProperty("ending");
});

it("makes no MP3 of a video, nor of several sounds", async () => {
  const several = "https://video.ibm.com/recorded/112470633";
  await paste(several);
  await unfold();
  const quality = await screen.findByLabelText("Quality");
  await user.selectOptions(await screen.findByLabelText("Sound"), "All languages");
  await user.selectOptions(quality, screen.getByText(/^Sound only/));
  await user.click(await screen.findByRole("radio", { name: /MP3/ }));
  expect(screen.getByLabelText("Sound")).toHaveDisplayValue("The video’s own");
  await press("Save video");
  expect(backend.asked[0]).toMatchObject({ audio: "usual", ending: "mp3" });
  cleanup();
  await backend.remove("job-1");

  await paste(several);
  await unfold();
  await user.selectOptions(
    await screen.findByLabelText("Quality"),
    screen.getByText(/^Sound only/),
  );
  await user.click(await screen.findByRole("radio", { name: /MP3/ }));
  await user.selectOptions(screen.getByLabelText("Quality"), screen.getByText(/360.p/));
  await press("Save video");
  expect(backend.asked[1]).not.toHaveProperty("ending");
});

it("warns if the disk is too small and offers another folder first", async () => {
  await paste("https://video.ibm.com/recorded/134300021");
  await screen.findByText("Not enough room in Downloads", { normalizer: strip });
  await press("Choose another folder");
  await button("Save video");
});

it("warns if the disk takes no file this large, and offers another folder first", async () => {
  // FAT32, on a large stick.
  const largest_file_bytes = 2 ** 32 - 1;
  backend.starting.folder = { ...backend.starting.folder, free_bytes: 1e12, largest_file_bytes };
  await paste("https://video.ibm.com/recorded/134300021");
  await screen.findByText("Downloads can’t hold a file this large", { normalizer: strip });
  await screen.findByText(/A file there can be .* at most, and this video is about .*120.GB/);
  expect(screen.queryByRole("button", { name: "Save anyway" })).toBeNull();
  await press("Choose another folder");
  await button("Save video");
});

it("says why a job could not be started", async () => {
  backend.refusal = { code: "no_write", detail: "Permission denied" };
  await paste(LINK);
  await press("Save video");
  await screen.findByText("We can’t write to this folder", { selector: "strong" });
  expect(heard("alert")).toBe("We can’t write to this folder");
});

it("tells that a video was saved before", async () => {
  backend.put(job({ id: "old", state: done("Launch day"), progress: null }));
  await paste(LINK);
  await screen.findByText(/You saved this video on .Nov.23,.2016/);
  // The list below has such a button, too.
  const shown = await screen.findAllByRole("button", { name: "Show in folder" });
  await user.click(shown[0] as HTMLElement);
  expect(backend.opened).toEqual(["old"]);
  await press("Save again");
  await heading("Downloading");
  expect(backend.asked[0]?.again).toBe(true);
});

it("leads to the job if the video is being saved already", async () => {
  await paste(LINK, job({ id: "first", progress: progressAt(0.55) }));
  await screen.findByText("You are already saving this: 55%", { normalizer: strip });
  expect(screen.queryByRole("button", { name: /Save (video|again)/ })).toBeNull();
  await press("Show it");
  await heading("Downloading");
  expect(backend.asked).toEqual([]);
});

it("leads to the unfinished job of a video that was stopped", async () => {
  await paste(LINK, job({ id: "first", progress: progressAt(0.55) }));
  await backend.pause("first");
  await screen.findByText("You have an unfinished video");
  await press("Show it");
  await heading(/Paused at .55%/);
});

it("leaves a name that was not changed to the template", async () => {
  await paste(LINK);
  await press("Save video");
  expect(backend.asked[0]).toMatchObject({ file_stem: null });
  expect(backend.asked[0]?.again).toBeUndefined();
});

it("offers the audio languages of a video that has several, and selects the preferred one", async () => {
  await paste(LINK);
  await unfold();
  await screen.findByLabelText("Name");
  expect(screen.queryByLabelText("Sound")).toBeNull();
  cleanup();

  backend.starting.settings = { ...backend.settings, audio: { prefer: "pt-PT" } };
  await paste("https://video.ibm.com/recorded/112470633");
  await unfold();
  const audio = await screen.findByLabelText("Sound");
  expect(audio).toHaveDisplayValue("Brazilian Portuguese");
  await user.selectOptions(audio, "French (France)");
  await press("Save video");
  expect(backend.asked[0]?.audio).toEqual({ prefer: "fr-FR" });
});

it("offers all audio languages only if the file can hold them", async () => {
  await paste("https://video.ibm.com/recorded/112470633");
  await unfold();
  const audio = await screen.findByLabelText("Sound");
  await user.selectOptions(audio, "All languages");
  await user.click(screen.getByRole("radio", { name: /FLV/ }));
  expect(audio).toHaveDisplayValue("The video’s own");
  await user.click(screen.getByRole("radio", { name: /MP4/ }));
  await press("Save video");
  expect(backend.asked[0]?.audio).toBe("all");
});

/** Shows the fields for a part, and types the times. */
async function typePart(from: string, to: string) {
  await unfold();
  await user.click(await screen.findByText("Only a part…"));
  if (from) await user.type(screen.getByLabelText("From"), from);
  if (to) await user.type(screen.getByLabelText("To"), to);
}

it("saves only a part, and estimates its size and length", async () => {
  await paste(LINK);
  await screen.findByText(/1 hr 42 min/);
  await typePart("1:02:00", "1:40:00");
  await screen.findByText(/38 min/);
  expect(screen.queryByText(/1 hr 42 min/)).toBeNull();
  expect(screen.getByText(/^MP4 ·/)).toHaveTextContent("1:02:00–1:40:00");
  await press("Save video");
  const range = { from_ms: 3_720_000, to_ms: 6_000_000 };
  expect(backend.asked[0]).toMatchObject({ file_stem: null, range });
});

it("saves the whole video if the times are left empty", async () => {
  await paste(LINK);
  await typePart("", "");
  await press("Save video");
  expect(backend.asked[0]).not.toHaveProperty("range");
});

it.each([
  ["soon", "", "Write the times like 1:30 or 1:02:00."],
  ["1:60", "", "Write the times like 1:30 or 1:02:00."],
  ["2:00", "1:00", "The end must be later than the start."],
  ["9:00:00", "", "The video is only 1 hr 42 min long."],
])("refuses a part from %s to %s at once", async (from, to, sentence) => {
  await paste(LINK);
  await typePart(from, to);
  const field = screen.getByLabelText("From");
  expect(field).toBeInvalid();
  const description = document.getElementById(field.getAttribute("aria-describedby") ?? "");
  expect(strip(description?.textContent ?? "").replaceAll("\u00a0", " ")).toBe(sentence);
  await press("Save video");
  expect(backend.asked).toEqual([]);
  expect(screen.getByLabelText("From")).toHaveFocus();
});

it("says that a part of the original may be longer", async () => {
  await paste(LINK);
  await typePart("10", "20");
  expect(screen.queryByText(/a few seconds longer/)).toBeNull();
  await user.click(screen.getByRole("radio", { name: /FLV/ }));
  await screen.findByText(/a few seconds longer/);
  await press("Save video");
  const range = { from_ms: 10_000, to_ms: 20_000 };
  expect(backend.asked[0]).toMatchObject({ keep: "original", range });
});

it("does not take a part for the whole video", async () => {
  const { finished } = done("Launch day");
  const range = { from_ms: 0, to_ms: 60_000, is_clamped: false, is_widened: false };
  const state = { is: "done", finished: { ...finished, range } } as const;
  backend.put(job({ state, progress: null }));
  await paste(LINK);
  expect(await button("Save video")).toHaveFocus();
});
