import { cleanup, render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import App from "./App.svelte";
import { FakeBackend } from "./backend/fake";

const LINK = "https://video.ibm.com/recorded/112470631";

let backend: FakeBackend;
let person: ReturnType<typeof userEvent.setup>;

beforeEach(() => {
  backend = new FakeBackend();
  person = userEvent.setup();
});

afterEach(cleanup);

const heading = (name: string | RegExp) => screen.findByRole("heading", { level: 1, name });
const button = (name: string) => screen.findByRole("button", { name });
const press = async (name: string) => person.click(await button(name));

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
  await paste("https://video.ibm.com/channel/id/6540154");
  await press("Save video");
  expect(backend.asked[0]?.link).toBe(LINK);
});

it("sends the name, the folder, the file type and the quality that were chosen", async () => {
  await paste(LINK);
  const name = await screen.findByLabelText("Name");
  await person.clear(name);
  await person.type(name, "My film");
  await person.selectOptions(screen.getByLabelText("Quality"), screen.getByText(/^.360.p/));
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
  expect(backend.job("job-1").state.is).toBe("paused");
  await person.click(await screen.findByRole("button", { name: /Launch day.*Paused at/ }));
  await press("Cancel");
  await press("Delete it");
  await screen.findByLabelText("Video link");
  expect(() => backend.job("job-1")).toThrow();
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
  expect(screen.getByText(/The gaps are at .1:03/)).toBeVisible();
});

it("lists unfinished videos at the start and goes on only when asked", async () => {
  const fraction = 0.42;
  await backend.download({
    link: LINK,
    folder: "downloads",
    file_stem: "Yesterday",
    keep: "mp4",
    quality: "best",
    access: { password: null, form: {}, referrer: null },
  });
  backend.tick(fraction);
  await backend.pause("job-1");
  render(App, { backend });

  await person.click(await screen.findByRole("button", { name: /Yesterday.*Paused at .42%/ }));
  expect(backend.job("job-1").state.is).toBe("paused");
  await press("Continue");
  await heading("Downloading");
});

it("opens with the link that the app was started with", async () => {
  backend.link = LINK;
  render(App, { backend });
  await press("Find video");
  await heading("Launch day – full stream");
});

/** Without the marks around names. */
function strip(words: string) {
  return words.replace(/[\u2068\u2069]/g, "").trim();
}
