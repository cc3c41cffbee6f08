import { fireEvent, render, screen } from "@testing-library/svelte";
import { expect, it } from "vitest";
import App from "../App.svelte";
import { job } from "../backend/fake";
import { backend, heading, paste, press, user } from "../testing";

const CHANGED = {
  is: "failed" as const,
  failure: { code: "changed" as const, detail: "other segments" },
};

it("shows what is in a report of a failed video before it is saved", async () => {
  render(App, { backend });
  await heading(/Save a video/);
  backend.put(job({ id: "a", state: CHANGED, progress: null }));
  await user.click(await screen.findByText(/Launch day/));
  await user.click(await screen.findByText("Details"));
  await press("Save a report…");
  expect(backend.reported).toEqual({ job: "a" });
  expect(await screen.findByText(/are left out/)).toBeVisible();
  expect(screen.getByText("api.video.ibm.com")).toBeVisible();
  await user.click(screen.getByLabelText("Leave out titles too"));
  await press(/^Save report/);
  expect((await screen.findAllByText("The report is saved")).length).toBeGreaterThan(0);
});

it("reports a link that led to nothing", async () => {
  await paste("https://video.ibm.com/recorded/134300003");
  await user.keyboard("{Enter}");
  await user.click(await screen.findByText("Details"));
  await press("Save a report…");
  expect(backend.reported).toMatchObject({ link: "https://video.ibm.com/recorded/134300003" });
});

it("offers no report of a movie file on this computer", async () => {
  render(App, { backend });
  await heading(/Save a video/);
  backend.put(job({ id: "a", link: "/home/ada/a.flv", state: CHANGED, progress: null }));
  await user.click(await screen.findByText(/Launch day/));
  await user.click(await screen.findByText("Details"));
  expect(screen.queryByText("Save a report…")).toBeNull();
});

it("opens a browser session from the help, and one that is dropped on the window", async () => {
  render(App, { backend });
  await press("Settings");
  await user.click(await screen.findByText("Help"));
  await press("Open a browser session…");
  await screen.findByRole("heading", { level: 1 });
  expect(screen.queryByText("Help")).toBeNull();
  // jsdom's files have no method to read them.
  const file = { name: "My video.HAR", arrayBuffer: () => Promise.resolve(new ArrayBuffer(2)) };
  await fireEvent.drop(window, { dataTransfer: { files: [file], getData: () => "" } });
  await expect.poll(() => backend.kept).toBe(2);
});

it("reports a video that asks for something, without sending the form", async () => {
  await paste("https://video.ibm.com/recorded/134300001");
  await heading("This video has a password");
  await user.type(screen.getByLabelText("Password"), "open");
  await user.click(screen.getByText("Details"));
  await press("Save a report…");
  expect(backend.reported).toMatchObject({ link: "https://video.ibm.com/recorded/134300001" });
  await user.type(await screen.findByLabelText("Leave out titles too"), "{Enter}");
  await heading("This video has a password");
});
