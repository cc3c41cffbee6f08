import { render, screen } from "@testing-library/svelte";
import { expect, it } from "vitest";
import App from "../App.svelte";
import { backend, button, heading, person, press } from "../testing";
import { speak } from "../text";

it("keeps what is set at once, and explains a template that is none", async () => {
  render(App, { backend });
  await press("Settings");
  expect(await heading("Settings")).toHaveFocus();
  await person.selectOptions(screen.getByLabelText("Quality"), screen.getByText(/Up to .720.p/));
  expect(backend.settings.quality).toEqual({ height: 720 });
  await person.selectOptions(screen.getByLabelText("Sound"), "Deutsch");
  expect(backend.settings.audio).toEqual({ prefer: "de" });
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
