import { screen } from "@testing-library/svelte";
import { expect, it } from "vitest";
import { done, recordingAt } from "../backend/fake";
import { backend, heading, paste, press, user } from "../testing";

const CHANNEL = "https://video.ibm.com/channel/id/6540154";

const channel = (is_on_air: boolean) => ({
  id: "6540154",
  link: CHANNEL,
  title: "Launch day, live",
  owner: "spacechannel",
  thumbnail: null,
  is_on_air,
});

/** Pastes the link of a channel that is on air. */
async function open() {
  backend.onAir = channel(true);
  await paste(CHANNEL);
  await heading("This stream is running now");
}

it.each([
  ["Record from the start", "earliest"],
  ["Record from now", "now"],
])("records with %s", async (label, live) => {
  await open();
  expect(screen.getByText("spacechannel")).toBeVisible();
  await press(label);
  await heading("Recording the stream");
  expect(backend.asked).toMatchObject([{ link: CHANNEL, live, title: "Launch day, live" }]);
});

it("offers the recordings of the channel too", async () => {
  await open();
  await press("Videos of this channel");
  expect(await screen.findByRole("checkbox", { name: /part 2\D/ })).toBeVisible();
  expect(backend.asked).toEqual([]);
});

it("shows how much is recorded, and no percentage", async () => {
  await open();
  await press("Record from the start");
  await heading("Recording the stream");
  backend.put({ ...backend.job("job-1"), progress: recordingAt(3_723_000) });
  await screen.findByText(/1:02:03/);
  expect(screen.queryByText(/%/)).toBeNull();
  expect(screen.queryByRole("button", { name: "Pause" })).toBeNull();
});

it("stops and saves", async () => {
  await open();
  await press("Record from the start");
  await press("Stop and save");
  await heading("Saved");
});

it("says that the stream has paused, and does not offer to try again", async () => {
  await open();
  await press("Record from the start");
  await heading("Recording the stream");
  const progress = recordingAt(60_000, { waiting: true, waiting_for: "stream" });
  backend.put({ ...backend.job("job-1"), progress });
  await heading("The stream has paused");
  expect(screen.queryByRole("button", { name: "Try now" })).toBeNull();
  expect(screen.getByRole("button", { name: "Stop and save" })).toBeVisible();
});

it("waits for a stream that hasn’t started", async () => {
  backend.onAir = channel(false);
  await paste(CHANNEL);
  await heading("This stream hasn’t started");
  expect(screen.queryByRole("button", { name: "Record from now" })).toBeNull();
  await press("Record it when it starts");
  await heading("This stream hasn’t started");
  expect(screen.getByText(/as soon as it starts/)).toBeVisible();
  expect(backend.asked).toMatchObject([{ link: CHANNEL, live: "its_start" }]);
  backend.put({ ...backend.job("job-1"), progress: recordingAt(5_000) });
  await heading("Recording the stream");
  expect(screen.getByRole("button", { name: "Stop and save" })).toBeVisible();
});

it("says that a recording goes on in another file", async () => {
  await open();
  await press("Record from the start");
  const job = backend.job("job-1");
  const { finished } = done("Launch day");
  const state = { is: "done", finished: { ...finished, continued_by: "job-2" } } as const;
  backend.put({ ...job, state, progress: null });
  await screen.findByText("The recording goes on in another file.");
});

it.each([true, false])("keeps the channel, whether it is on air (%s)", async (is_on_air) => {
  backend.onAir = channel(is_on_air);
  await paste(CHANNEL);
  const tick = await screen.findByLabelText(/by itself/);
  await user.click(tick);
  expect(tick).toBeChecked();
  expect(backend.channels).toMatchObject([{ id: "6540154", link: CHANNEL }]);
});
