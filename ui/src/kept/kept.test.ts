import { render, screen, within } from "@testing-library/svelte";
import { expect, it } from "vitest";
import App from "../App.svelte";
import { keptChannel } from "../backend/fake";
import { backend, heard, paste, press, strip, user } from "../testing";

const CHANNEL = "https://video.ibm.com/channel/id/6540154";

/** Opens the list of kept channels. */
async function openList() {
  render(App, { backend });
  await press("Settings");
  await user.click(await screen.findByText("Kept channels"));
}

it("keeps the channel whose list is open, and lets it go again", async () => {
  await paste(CHANNEL);
  const tick = await screen.findByLabelText(/by itself/);
  expect(tick).not.toBeChecked();
  await user.click(tick);
  expect(tick).toBeChecked();
  expect(backend.channels.map(({ id, saves }) => [id, saves])).toEqual([["6540154", true]]);
  const said = screen.getAllByRole("status").map(({ textContent }) => textContent);
  expect(said.join()).toMatch(/every few hours/);
  await user.click(tick);
  expect(tick).not.toBeChecked();
  expect(backend.channels).toEqual([]);
});

it("shows that a channel is kept already", async () => {
  backend.channels = [keptChannel()];
  await paste(CHANNEL);
  expect(await screen.findByLabelText(/by itself/)).toBeChecked();
});

it("says why a channel cannot be kept, and does not show it as kept", async () => {
  backend.refusal = { code: "offline", detail: "" };
  await paste(CHANNEL);
  const tick = await screen.findByLabelText(/by itself/);
  await user.click(tick);
  await screen.findByText("You’re not connected to the internet", { selector: "strong" });
  expect(tick).not.toBeChecked();
});

it("lists the kept channels in the settings", async () => {
  backend.channels = [
    keptChannel(),
    keptChannel({ id: "2", title: null, looked_unix_s: null, saves: false, failed: "not_found" }),
  ];
  await openList();
  const [first, second] = await screen.findAllByRole("listitem");
  const facts = strip(first?.textContent ?? "").replaceAll("\u00a0", " ");
  expect(facts).toContain("Acme Space");
  expect(facts).toMatch(/Since Nov 23, 2016 · in Downloads · last looked on Nov 23, 2016/);
  const row = within(second ?? document.body);
  expect(row.getByText(/not looked yet/)).toBeVisible();
  expect(row.getByText("This video is no longer there")).toBeVisible();
  const tells = row.getByRole("checkbox", { name: /Only tell me.*6540154/ });
  expect(tells).toBeChecked();
  await user.click(tells);
  expect(backend.channels[1]?.saves).toBe(true);
  await user.click(tells);
  expect(backend.channels[1]?.saves).toBe(false);
});

it("removes a channel and moves the focus to the next", async () => {
  backend.channels = [keptChannel(), keptChannel({ id: "2", title: "Daily news" })];
  await openList();
  await press("Remove Acme Space");
  expect(backend.channels.map(({ id }) => id)).toEqual(["2"]);
  expect(heard("status")).toBe("Acme Space is not looked at any more. Saved videos stay.");
  const next = screen.getByRole("button", { name: "Remove Daily news" });
  expect(next).toHaveFocus();
  await user.click(next);
  expect(await screen.findByText(/No channel yet/)).toBeVisible();
  expect(document.body).not.toHaveFocus();
});

it("says that the list could not be read", async () => {
  backend.channelsUnreadable = true;
  await openList();
  expect(await screen.findByText("Part of your list could not be read")).toBeVisible();
});
