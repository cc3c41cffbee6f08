import { render, screen } from "@testing-library/svelte";
import { expect, it } from "vitest";
import App from "../App.svelte";
import { backend, button, heading, press, strip, user } from "../testing";

it("lets the user choose what is done when everything is saved", async () => {
  render(App, { backend });
  await press("Settings");
  const choice = await screen.findByLabelText("When everything is saved");
  expect(choice).toHaveValue("nothing");
  await user.selectOptions(choice, "Shut the computer down");
  expect(backend.settings.after_saving).toBe("shut_down");
});

it("counts down with the focus on Cancel, and forgets the choice when that is pressed", async () => {
  const { settings } = backend.starting;
  backend.starting.settings = { ...settings, after_saving: "sleep" };
  render(App, { backend });
  await backend.watched;
  backend.tell({ is: "countdown", action: "sleep", seconds: 60 });
  await heading("The computer goes to sleep");
  expect(await button("Cancel")).toHaveFocus();
  const left = await screen.findAllByText(/Seconds left: .(60|59)/);
  expect(strip(left[0]?.textContent ?? "")).toMatch(/^Everything is saved/);
  await user.keyboard("{Enter}");
  await button("Paste");
  await press("Settings");
  expect(await screen.findByLabelText("When everything is saved")).toHaveValue("nothing");
});

it("is cancelled by Escape, and says why the computer did not do it", async () => {
  render(App, { backend });
  await backend.watched;
  backend.tell({ is: "countdown", action: "shut_down", seconds: 60 });
  await heading("The computer shuts down");
  await user.keyboard("{Escape}");
  await button("Paste");
  const failure = { code: "internal", detail: "systemctl: not allowed" } as const;
  backend.tell({ is: "countdown_ended", after_saving: "nothing", failure });
  expect(await screen.findByText(/Something went wrong/)).toBeVisible();
});
