import { render, screen } from "@testing-library/svelte";
import { expect, it } from "vitest";
import App from "./App.svelte";
import type { Backend, Code } from "./backend";
import { done, job } from "./backend/fake";
import { backend, button, heading, heard, LINK, paste, user, press } from "./testing";

const WRONG = "Something went wrong in the app";
const NOT_OPENED = "We couldn’t open it";

/** Refuses every call of this name. */
function refuse(call: keyof Backend) {
  const refusal = { code: "internal", detail: "refused by the test" };
  Object.assign(backend, { [call]: () => Promise.reject(refusal) });
}

/** Expects a visible notice with this heading, and its announcement. */
async function expectNotice(words: string) {
  expect(await screen.findByText(words, { selector: ".notice strong" })).toBeVisible();
  expect(heard("alert")).toBe(words);
}

/** Saves a video whose job then fails. */
async function fail(code: Code) {
  await paste(LINK);
  await press("Save video");
  await heading("Downloading");
  const failure = { code, detail: "a cause" };
  backend.put({ ...backend.job("job-1"), state: { is: "failed", failure } });
}

it.each([
  ["relocate", "disk_full", "Choose another folder", WRONG],
  ["reveal", "convert_failed", "Show the original", NOT_OPENED],
  ["browse", "members_only", "Open in browser", WRONG],
  ["restart", "internal", "Restart the app", WRONG],
] as const)("shows that %s was refused for a failed job", async (call, code, label, notice) => {
  refuse(call);
  await fail(code);
  await press(label);
  await expectNotice(notice);
});

it.each([
  ["browse", "not_found", "Open in browser"],
  ["restart", "internal", "Restart the app"],
] as const)("shows that %s was refused for a link", async (call, code, label) => {
  refuse(call);
  backend.resolve = () => Promise.reject({ code, detail: "a cause" });
  await paste(LINK);
  await press(label);
  await expectNotice(WRONG);
});

it.each([
  ["remux", "Make an MP4 from a video file…"],
  ["pasted", "Paste"],
  ["pickFolder", "Change…"],
] as const)("shows that %s was refused on the first screen", async (call, label) => {
  refuse(call);
  render(App, { backend });
  await press(label);
  await expectNotice(WRONG);
});

it.each([
  ["reveal", "Show in folder"],
  ["open", "Play"],
] as const)("shows that %s was refused for a saved video", async (call, label) => {
  refuse(call);
  await paste(LINK);
  await press("Save video");
  backend.tick(1);
  await heading("Saved");
  await press(label);
  await expectNotice(NOT_OPENED);
});

it("shows that reveal was refused for a video that was saved before", async () => {
  refuse("reveal");
  backend.put(job({ id: "old", state: done("Launch day"), progress: null }));
  await paste(LINK);
  await screen.findByText(/You saved this video/);
  await user.click(screen.getAllByRole("button", { name: "Show in folder" })[0] as HTMLElement);
  expect((await screen.findAllByText(NOT_OPENED, { selector: "strong" }))[0]).toBeVisible();
  expect(heard("alert")).toBe(NOT_OPENED);
});

it("shows that the rest of a collection was refused", async () => {
  refuse("more");
  await paste("https://video.ibm.com/channel/id/6540154");
  await press("Show more");
  await expectNotice(WRONG);
  expect(await button("Show more")).toBeEnabled();
});

it("shows that the answers to a form could not be remembered, and unlocks the video", async () => {
  refuse("remember");
  await paste("https://video.ibm.com/recorded/112470632");
  await user.type(await screen.findByLabelText("Your name"), "Ada");
  await user.type(screen.getByLabelText("E-mail"), "ada@example.org");
  await user.click(screen.getByRole("checkbox", { name: "Remember them on this computer" }));
  await press("Send and continue");
  await heading("Launch day – full stream");
  await expectNotice(WRONG);
  expect(backend.settings.remember_form).toBe(false);
});

it("shows that the window could not be closed", async () => {
  refuse("close");
  await paste(LINK);
  await press("Save video");
  await heading("Downloading");
  backend.tell({ is: "closing" });
  await press("Close");
  await expectNotice(WRONG);
  await press("Stay");
  expect(screen.queryByText(WRONG, { selector: "strong" })).toBeNull();
});

it.each(["start", "watch"] as const)("shows that %s was refused", async (call) => {
  refuse(call);
  render(App, { backend });
  expect(await screen.findByText(WRONG, { selector: "strong" })).toBeVisible();
  expect(screen.getByRole("alert")).toHaveTextContent(WRONG);
});
