import { screen, within } from "@testing-library/svelte";
import { expect, it } from "vitest";
import { done, job, progressAt } from "../backend/fake";
import { backend, button, heading, paste, strip, user, press } from "../testing";

it("does not save a second time what is being saved already", async () => {
  const link = (number: number) => `https://video.ibm.com/recorded/${number}`;
  await paste(
    `${link(7)} ${link(8)}`,
    job({ id: "first", link: link(7), progress: progressAt(0.55) }),
  );
  await heading(/Save .2. videos/);
  await press(/Save .2. videos/);
  await heading("Downloading");
  expect(backend.asked.map((asked) => asked.link)).toEqual([link(8)]);
});

it("saves selected videos of a channel, each under its own name", async () => {
  await paste("https://video.ibm.com/channel/id/6540154");

  expect(await heading(/This is a channel with .60. videos/)).toHaveFocus();
  expect(await button(/Continue with .0/)).toBeDisabled();
  await press("Show more");
  expect(await screen.findByRole("checkbox", { name: /part 51/ })).toHaveFocus();
  expect(screen.queryByRole("button", { name: "Show more" })).toBeNull();
  await user.click(screen.getByRole("checkbox", { name: /part 2\D/ }));
  await user.click(screen.getByRole("checkbox", { name: /part 60/ }));
  await press(/Continue with .2/);

  expect(await heading(/Save .2. videos/)).toHaveFocus();
  await press("Back to the list");
  expect(await screen.findByRole("checkbox", { name: /part 2\D/ })).toBeChecked();
  await press(/Continue with .2/);
  await user.click(await screen.findByRole("radio", { name: /FLV/ }));
  await user.click(screen.getByRole("checkbox", { name: "A folder for each channel" }));
  await press(/Save .2. videos/);
  await heading("Downloading");
  expect(backend.asked.map(({ link, file_stem, keep }) => [link, file_stem, keep])).toEqual([
    ["https://video.ibm.com/recorded/112470630", null, "original"],
    ["https://video.ibm.com/recorded/112470572", null, "original"],
  ]);
  expect(backend.asked[0]?.title).toMatch(/part 2/);
  expect(backend.settings.keep).toBe("original");
  expect(backend.settings.template).toBe("{owner}/{title}");
});

it("selects the whole channel, and tells its length and size and whether there is room", async () => {
  backend.starting.folder = { ...backend.starting.folder, free_bytes: 40_000_000_000 };
  await paste("https://video.ibm.com/channel/id/6540154");
  await press("Select all");
  expect(await screen.findAllByRole("checkbox", { checked: true })).toHaveLength(60);
  await press(/Continue with .60/);
  // The one without a stated size counts as the others do.
  expect(await screen.findByText(/89.*hr.*about.*33.*GB/)).toBeVisible();
  expect(screen.queryByText(/Not enough room/)).toBeNull();

  backend.starting.folder = { ...backend.starting.folder, free_bytes: 20_000_000_000 };
  await user.click(screen.getByRole("checkbox", { name: "Start with the oldest" }));
  window.dispatchEvent(new Event("focus"));
  expect(await screen.findByText(/Not enough room/)).toBeVisible();
  expect(await button("Choose another folder")).toBeVisible();
  await press("Save anyway");
  await heading("Downloading");
  const numbers = backend.asked.map(({ link }) => Number(/\d+$/.exec(link)?.[0]));
  expect(numbers).toEqual(Array.from({ length: 60 }, (_, index) => 112_470_572 + index));
});

it("marks videos whose files are in the folder, whatever else is known of them", async () => {
  backend.savedFiles = [
    { recording: "112470630", saved_unix_s: 1_479_900_000 },
    { recording: "112470629", saved_unix_s: null },
    { recording: "1", saved_unix_s: null },
  ];
  await paste("https://video.ibm.com/channel/id/6540154");
  const marked = await screen.findAllByText(/^Saved/, { selector: "li span" });
  expect(marked.map(({ textContent }) => strip(textContent))).toEqual([
    "Saved Nov\u00a023,\u00a02016",
    "Saved",
  ]);
  await press("Only new ones");
  expect(screen.getAllByRole("checkbox", { checked: true })).toHaveLength(58);
});

it("marks videos that are saved already, and selects them only if the user does", async () => {
  const link = "https://video.ibm.com/recorded/112470630";
  backend.put(job({ id: "old", link, state: done("Launch day"), progress: null }));
  const part = done("Launch day (0.01.00–)");
  if (part.is === "done")
    part.finished.range = { from_ms: 60_000, to_ms: null, is_clamped: false, is_widened: false };
  const other = "https://video.ibm.com/recorded/112470629";
  backend.put(job({ id: "part", link: other, state: part, progress: null }));
  await paste("https://video.ibm.com/channel/id/6540154");
  const [marked, ...others] = await screen.findAllByText(/^Saved/, { selector: "li span" });
  expect(others).toEqual([]);
  const row = within(marked?.closest("li") ?? document.body);
  expect(row.getByText("Launch day, part 2")).toBeVisible();
  expect(strip(marked?.textContent ?? "")).toBe("Saved Nov\u00a023,\u00a02016");
  await press("Only new ones");
  expect(row.getByRole("checkbox")).not.toBeChecked();
  await press(/Continue with .59/);
  await press("Back to the list");
  await press("Select none");

  await user.click(screen.getByRole("checkbox", { name: /part 2\D/ }));
  await press(/Continue with .1/);
  await press(/Save .1. video/);
  await heading("Downloading");
  expect(backend.asked.map((asked) => [asked.link, asked.again])).toEqual([[link, true]]);
});
