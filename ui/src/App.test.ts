import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import App from "./App.svelte";
import { done, FakeBackend, job } from "./backend/fake";
import { speak } from "./text";

const LINK = "https://video.ibm.com/recorded/112470631";

let backend: FakeBackend;
let person: ReturnType<typeof userEvent.setup>;

beforeEach(() => {
  backend = new FakeBackend();
  person = userEvent.setup();
});

afterEach(cleanup);

const heading = (name: string | RegExp) => screen.findByRole("heading", { level: 1, name });
const button = (name: string | RegExp) => screen.findByRole("button", { name });
const press = async (name: string | RegExp) => person.click(await button(name));

/** What a screen reader was told, without the marks around names. */
function heard(role: "status" | "alert") {
  return screen.getByRole(role).textContent.replace(/[\u2068\u2069]/g, "");
}

async function paste(link: string) {
  render(App, { backend });
  await person.click(await screen.findByLabelText("Video link"));
  await person.paste(link);
}

it("takes a pasted link to a saved file", async () => {
  await paste(LINK);

  expect(await heading("Launch day – full stream")).toHaveFocus();
  expect(heard("status")).toMatch(/^Ready to save\. Launch day – full stream, Acme Space Channel/);
  await press("Save video");

  expect(await heading("Downloading")).toHaveFocus();
  expect(backend.asked).toEqual([
    {
      link: LINK,
      folder: "downloads",
      file_stem: "Launch day – full stream",
      keep: "mp4",
      quality: "best",
      audio: "usual",
      access: { password: null, form: {}, referrer: null },
    },
  ]);
  backend.tick(0.5);
  expect(await screen.findByRole("progressbar")).toHaveValue(0.5);
  expect(heard("status")).toBe("50% downloaded");
  backend.tick(0.5);

  expect(await heading("Saved")).toHaveFocus();
  expect(screen.getByText("Launch day – full stream.mp4")).toBeVisible();
  await press("Show in folder");
  await press("Play");
  expect(backend.opened).toEqual(["job-1", "job-1"]);

  await press("Save another");
  expect(await screen.findByLabelText("Video link")).toHaveValue("");
});

it("saves the recording that was shown, though a channel was pasted", async () => {
  await paste("https://video.ibm.com/channel/id/6540155");
  await press("Save video");
  expect(backend.asked[0]?.link).toBe(LINK);
});

it("sends the name, the folder, the file type and the quality that were chosen", async () => {
  await paste(LINK);
  const name = await screen.findByLabelText("Name");
  await person.clear(name);
  await person.type(name, "My film");
  await person.selectOptions(screen.getByLabelText("Quality"), screen.getByText(/360.p/));
  await press("Change…");
  await press("Save video");

  expect(backend.asked[0]).toMatchObject({
    file_stem: "My film",
    folder: "drive",
    quality: { height: 360 },
  });
});

it("offers the FLV only where there is one", async () => {
  await paste(LINK);
  await person.click(await screen.findByRole("radio", { name: /FLV/ }));
  await press("Save video");
  expect(backend.asked[0]?.keep).toBe("original");
  cleanup();

  await paste("134300001");
  await person.type(await screen.findByLabelText("Password"), "open sesame{Enter}");
  await heading("Launch day – full stream");
  expect(screen.queryByRole("radio")).toBeNull();
});

it("says what is wrong with a text that holds no link, and keeps it", async () => {
  await paste("good morning");

  const words = "We can’t find a link in that text";
  expect(await screen.findByText(words, { selector: "strong" })).toBeVisible();
  const field = screen.getByLabelText("Video link");
  expect(heard("alert")).toBe(words);
  expect(field).toHaveValue("good morning");
  expect(field).toHaveFocus();
  expect(field).toBeInvalid();
  expect(field).toHaveAccessibleDescription(/video\.ibm\.com\/recorded\/123456/);
});

it("names the other site that a link belongs to", async () => {
  await paste("https://example.org/watch");
  await screen.findByText("No video of theirs plays on that page of example.org.", {
    normalizer: strip,
  });
});

it("asks for the password as often as it takes and keeps what was typed", async () => {
  await paste("https://video.ibm.com/recorded/134300001");

  await heading("This video has a password");
  await person.type(screen.getByLabelText("Password"), "open says me{Enter}");
  await heading("That password didn’t work");
  const field = screen.getByLabelText("Password");
  expect(field).toHaveValue("open says me");
  expect(field).toHaveFocus();
  expect(heard("alert")).toBe("That password didn’t work");

  await person.clear(field);
  await person.type(field, "open sesame{Enter}");
  await heading("Launch day – full stream");
  await press("Save video");
  expect(backend.asked[0]?.access.password).toBe("open sesame");
});

it("asks for the owner’s form in place", async () => {
  await paste("https://video.ibm.com/recorded/112470632");

  await heading("This video asks you to sign up first");
  expect(screen.getByLabelText("Company (optional)", { normalizer: strip })).not.toBeRequired();
  expect(screen.getByLabelText("E-mail")).toHaveAttribute("autocomplete", "email");
  await person.type(screen.getByLabelText("Your name"), "Ada");
  await person.type(screen.getByLabelText("E-mail"), "ada@example.org{Enter}");
  await heading("Launch day – full stream");
});

it("asks for the owner’s page in place", async () => {
  await paste("https://video.ibm.com/recorded/134300004");
  const field = await screen.findByLabelText("Address of the owner’s page");
  await person.type(field, "http://example.org/talk{Enter}");
  await heading("Launch day – full stream");
});

it("shows a failure in words, with the cause folded away, and leads back to the link", async () => {
  await paste("https://video.ibm.com/recorded/134300003");

  expect(await heading("This video is no longer there")).toHaveFocus();
  expect(screen.getByText(/404 Not Found/)).not.toBeVisible();
  await press("Use another link");
  expect(await screen.findByLabelText("Video link")).toHaveValue(
    "https://video.ibm.com/recorded/134300003",
  );
});

it("copies the details of a failure and leaves them in sight", async () => {
  await paste("https://video.ibm.com/recorded/134300003");
  await person.click(await screen.findByText("Details", { selector: "summary" }));
  await press("Copy details");
  await button("Copied");
  expect(await navigator.clipboard.readText()).toContain("404 Not Found");
  expect(screen.getByText(/404 Not Found/)).toBeVisible();
});

it("warns before a disk that is too small and offers another folder first", async () => {
  await paste("https://video.ibm.com/recorded/134300021");
  await screen.findByText("Not enough room in Downloads", { normalizer: strip });
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
  const finished = { file: "a.mp4", size_bytes: 1, duration_ms: 60_000, gaps };
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

it("opens with the link that the app was started with", async () => {
  backend.starting.link = LINK;
  render(App, { backend });
  await heading("Launch day – full stream");
});

it("lets a person tick some videos of a channel and saves each under its own name", async () => {
  await paste("https://video.ibm.com/channel/id/6540154");

  expect(await heading(/This link is a channel with .60. videos/)).toHaveFocus();
  expect(await button(/Continue with .0/)).toBeDisabled();
  await press("Show more");
  expect(await screen.findByRole("checkbox", { name: /part 51/ })).toHaveFocus();
  expect(screen.queryByRole("button", { name: "Show more" })).toBeNull();
  await person.click(screen.getByRole("checkbox", { name: /part 2\D/ }));
  await person.click(screen.getByRole("checkbox", { name: /part 60/ }));
  await press(/Continue with .2/);

  expect(await heading(/Save .2. videos/)).toHaveFocus();
  await press("Back to the list");
  expect(await screen.findByRole("checkbox", { name: /part 2\D/ })).toBeChecked();
  await press(/Continue with .2/);
  await person.click(await screen.findByRole("radio", { name: /FLV/ }));
  await press("Save video");
  await heading("Downloading");
  expect(backend.asked.map(({ link, file_stem, keep }) => [link, file_stem, keep])).toEqual([
    ["https://video.ibm.com/recorded/112470630", null, "original"],
    ["https://video.ibm.com/recorded/112470572", null, "original"],
  ]);
  expect(backend.settings.keep).toBe("original");
});

it("takes several links at once, pasted or dropped", async () => {
  await paste(`${LINK}\nhttps://video.ibm.com/recorded/112470632 and nothing else`);
  await heading(/Save .2. videos/);
  await press("Save video");
  await heading("Downloading");
  expect(screen.getByText(/In progress \(.1.\)/)).toBeVisible();
});

it("offers a copied link once, and never one that is known", async () => {
  backend.clipboard = LINK;
  render(App, { backend });
  await press("Not now");
  await fireEvent.focus(window);
  expect(screen.queryByText("You copied a link")).toBeNull();
  cleanup();

  render(App, { backend });
  expect(await screen.findByText("You copied a link")).toBeVisible();
  expect(heard("status")).toBe("A copied link is ready to use.");
  await press("Use this link");
  await press("Save video");
  await press("Save another");
  await fireEvent.focus(window);
  expect(screen.queryByText("You copied a link")).toBeNull();
});

it("pastes for whoever has no keyboard at hand", async () => {
  backend.clipboard = LINK;
  backend.copied = () => Promise.resolve(null);
  render(App, { backend });
  await press("Paste");
  await heading("Launch day – full stream");
});

it("tells of a video that was saved before", async () => {
  backend.put(job({ id: "old", state: done("Launch day"), progress: null }));
  await paste(LINK);
  await screen.findByText(/You saved this video on .Nov.23,.2016/);
  // The list below has one, too.
  const shown = await screen.findAllByRole("button", { name: "Show in folder" });
  await person.click(shown[0] as HTMLElement);
  expect(backend.opened).toEqual(["old"]);
  await press("Save again");
  await heading("Downloading");
});

it("asks before it closes while a video is being saved", async () => {
  await paste(LINK);
  await press("Save video");
  await heading("Downloading");
  backend.tell({ is: "closing" });
  expect(await heading("A video is still being saved")).toHaveFocus();
  await person.keyboard("{Escape}");
  await heading("Downloading");
  backend.tell({ is: "closing" });
  await press("Close");
  expect(backend.closed).toBe(true);
});

it("looks a link up that a second start hands over, or offers it where something is in front", async () => {
  const watch = vi.spyOn(backend, "watch");
  render(App, { backend });
  await waitFor(() => expect(watch).toHaveBeenCalled());
  backend.tell({ is: "link", link: LINK });
  await heading("Launch day – full stream");
  backend.tell({ is: "link", link: "https://video.ibm.com/recorded/134300003" });
  await press("Use another link");
  await person.clear(screen.getByLabelText("Video link"));
  await press("Use this link");
  await heading("This video is no longer there");
});

it("fills in what is remembered of a form, and remembers only where it is told to", async () => {
  backend.answers = { name: "Ada", email: "ada@example.org" };
  await paste("https://video.ibm.com/recorded/112470632");
  expect(await screen.findByLabelText("E-mail")).toHaveValue("");
  await person.type(screen.getByLabelText("Your name"), "Grace");
  await person.type(screen.getByLabelText("E-mail"), "grace@example.org");
  await person.click(screen.getByRole("checkbox", { name: "Remember them on this computer" }));
  await press("Send and continue");
  await heading("Launch day – full stream");
  expect(backend.answers).toEqual({ name: "Grace", email: "grace@example.org" });
  expect(backend.settings.remember_form).toBe(true);
  cleanup();

  backend.starting.settings = backend.settings;
  await paste("https://video.ibm.com/recorded/112470632");
  await waitFor(() => expect(screen.getByLabelText("E-mail")).toHaveValue("grace@example.org"));
});

it("keeps what is set at once, and explains a template that is none", async () => {
  render(App, { backend });
  await press("Settings");
  expect(await heading("Settings")).toHaveFocus();
  await person.selectOptions(screen.getByLabelText("Quality"), screen.getByText(/Up to .720.p/));
  expect(backend.settings.quality).toEqual({ height: 720 });
  const names = screen.getByLabelText("Names of files");
  await person.clear(names);
  await screen.findByText(/This can’t be a name/);
  expect(backend.settings.template).toBe("{title}");
  await person.type(names, "{{date} {{title}");
  await screen.findByText(/For example: .2016-05-12 Launch day/);
  expect(backend.settings.template).toBe("{date} {title}");
  await person.click(await screen.findByRole("radio", { name: "ffmpeg version 7.1" }));
  expect(backend.settings.maker).toBe("ffmpeg");
  await person.keyboard("{Escape}");
  await button("Paste");
});

it("speaks another language at once", async () => {
  render(App, { backend });
  await press("Settings");
  await person.selectOptions(await screen.findByLabelText("Language"), "Deutsch");
  await heading("Einstellungen");
  expect(document.documentElement.lang).toBe("de");
  await speak("en");
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

it("opens the page of a video that is not there in the browser", async () => {
  await paste("https://video.ibm.com/recorded/134300003");
  await press("Open in browser");
  expect(backend.opened).toEqual(["https://video.ibm.com/recorded/134300003"]);
});

/** Without the marks around names. */
function strip(words: string) {
  return words.replace(/[\u2068\u2069]/g, "").trim();
}
