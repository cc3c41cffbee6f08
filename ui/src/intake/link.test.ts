import { fireEvent, render, screen } from "@testing-library/svelte";
import { expect, it } from "vitest";
import App from "../App.svelte";
import { backend, button, heading, heard, LINK, paste, user, press, strip } from "../testing";

it("says that a text holds no link, and keeps the text", async () => {
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
  await screen.findByText("There is no video of theirs on that page of example.org.", {
    normalizer: strip,
  });
});

it("shows a failure with folded details, and leads back to the link", async () => {
  await paste("https://video.ibm.com/recorded/134300003");

  expect(await heading("This video is no longer there")).toHaveFocus();
  expect(screen.getByText(/404 Not Found/)).not.toBeVisible();
  await press("Use another link");
  expect(await screen.findByLabelText("Video link")).toHaveValue(
    "https://video.ibm.com/recorded/134300003",
  );
});

it("copies the details of a failure and keeps them visible", async () => {
  await paste("https://video.ibm.com/recorded/134300003");
  await user.click(await screen.findByText("Details", { selector: "summary" }));
  await press("Copy details");
  await button("Copied");
  expect(await navigator.clipboard.readText()).toContain("404 Not Found");
  expect(screen.getByText(/404 Not Found/)).toBeVisible();
});

it("takes several links at once, pasted or dropped", async () => {
  await paste(`${LINK}\nhttps://video.ibm.com/recorded/112470632 and nothing else`);
  await heading(/Save .2. videos/);
  await press(/Save .2. videos/);
  await heading("Downloading");
  expect(await screen.findByText(/Saving \(.1.\)/)).toBeVisible();
});

it("offers a copied link once, and never one that has a job", async () => {
  backend.clipboard = LINK;
  render(App, { backend });
  const field = await screen.findByLabelText("Video link");
  expect(field).toHaveAttribute("placeholder", "video.ibm.com/recorded/123456");
  expect(await screen.findByText("You copied a link")).toBeVisible();
  expect(heard("status")).toBe("A copied link is ready to use.");
  expect(field).toHaveAttribute("placeholder", LINK);
  expect(field).toHaveAccessibleDescription("You copied a link");
  // What is typed comes first.
  await user.type(field, "x");
  expect(screen.queryByText("You copied a link")).toBeNull();
  await user.clear(field);
  await press("Use this link");
  await press("Save video");
  await press("Save another");
  await fireEvent.focus(window);
  expect(screen.queryByText("You copied a link")).toBeNull();
});

it("pastes from the clipboard by a button", async () => {
  backend.clipboard = LINK;
  backend.copied = () => Promise.resolve(null);
  render(App, { backend });
  await press("Paste");
  await heading("Launch day – full stream");
});

it("opens the page of a missing video in the browser", async () => {
  await paste("https://video.ibm.com/recorded/134300003");
  await press("Open in browser");
  expect(backend.opened).toEqual(["https://video.ibm.com/recorded/134300003"]);
});
