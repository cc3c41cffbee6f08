import { render, screen, waitFor } from "@testing-library/svelte";
import { expect, it } from "vitest";
import App from "../App.svelte";
import { backend, button, heading, user, press, strip } from "../testing";
import { setLanguage } from "../text";

it("saves a change at once, and explains an invalid template", async () => {
  render(App, { backend });
  await press("Settings");
  expect(await heading("Settings")).toHaveFocus();
  await user.selectOptions(screen.getByLabelText("Quality"), screen.getByText(/Up to .720.p/));
  expect(backend.settings.quality).toEqual({ height: 720 });
  await user.selectOptions(screen.getByLabelText("Sound"), "Deutsch");
  expect(backend.settings.audio).toEqual({ prefer: "de" });
  expect(screen.queryByLabelText("File names")).toBeNull();
  await user.click(screen.getByText("Advanced"));
  const names = await screen.findByLabelText("File names");
  await user.clear(names);
  await screen.findByText(/This can’t be a name/);
  expect(backend.settings.template).toBe("{title}");
  await user.type(names, "{{date} {{title}");
  await screen.findByText(/For example: .2016-05-12 Launch day/);
  expect(backend.settings.template).toBe("{date} {title}");
  const folders = screen.getByRole("checkbox", { name: "A folder for each channel" });
  expect(folders).not.toBeChecked();
  await user.click(folders);
  expect(names).toHaveValue("{owner}/{date} {title}");
  await waitFor(() => expect(backend.settings.template).toBe("{owner}/{date} {title}"));
  await user.click(folders);
  await waitFor(() => expect(backend.settings.template).toBe("{date} {title}"));
  await user.click(await screen.findByRole("radio", { name: "ffmpeg version 7.1" }));
  expect(backend.settings.maker).toBe("ffmpeg");
  await user.keyboard("{Escape}");
  await button("Paste");
});

it("limits the speed at once, and shows a limit that was written into the file", async () => {
  const rate_limit = 3_000_000;
  backend.starting.settings = { ...backend.starting.settings, rate_limit };
  render(App, { backend });
  await press("Settings");
  await user.click(screen.getByText("Advanced"));
  const speed = await screen.findByLabelText("Leave some speed for others");
  const choices = [...speed.querySelectorAll("option")].map((it) => strip(it.textContent));
  expect(choices.map((it) => it.replace("\u00a0", " "))).toEqual([
    "No limit",
    "Up to 1 MB/s",
    "Up to 2 MB/s",
    "Up to 3 MB/s",
    "Up to 5 MB/s",
    "Up to 10 MB/s",
  ]);
  expect(speed).toHaveValue("3000000");
  await user.selectOptions(speed, "2000000");
  expect(backend.settings.rate_limit).toBe(2_000_000);
  await user.selectOptions(speed, "No limit");
  expect(backend.settings.rate_limit).toBeNull();
});

it("asks for the form of captions only if they are wanted, and can save the picture", async () => {
  render(App, { backend });
  await press("Settings");
  await user.click(screen.getByText("Advanced"));
  const captions = await screen.findByRole("checkbox", { name: /^Save captions too/ });
  expect(screen.queryByLabelText("File type of the captions")).toBeNull();
  await user.click(captions);
  const type = screen.getByLabelText("File type of the captions");
  expect(type).toHaveValue("vtt");
  await user.selectOptions(type, "SRT");
  expect(backend.settings).toMatchObject({ captions: true, caption_format: "srt" });
  await user.selectOptions(type, "WebVTT");
  expect(backend.settings.caption_format).toBe("vtt");
  const picture = screen.getByRole("checkbox", { name: /^Save the preview picture/ });
  expect(picture).not.toBeChecked();
  await user.click(picture);
  expect(backend.settings.thumbnail).toBe(true);
});

it("answers what people ask, and names version and licence", async () => {
  render(App, { backend });
  await press("Settings");
  const answer = await screen.findByText(/The app goes on by itself/);
  expect(answer).not.toBeVisible();
  await user.click(screen.getByText("Help"));
  expect(answer).toBeVisible();
  expect(screen.getByText(/MIT licence/)).toBeVisible();
});

it("changes the language at once", async () => {
  render(App, { backend });
  await press("Settings");
  await user.selectOptions(await screen.findByLabelText("Language"), "Deutsch");
  await heading("Einstellungen");
  expect(document.documentElement.lang).toBe("de");
  await setLanguage("en");
});
