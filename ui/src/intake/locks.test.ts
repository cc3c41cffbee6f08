import { cleanup, screen, waitFor } from "@testing-library/svelte";
import { expect, it } from "vitest";
import { backend, heading, heard, paste, person, press, strip } from "../testing";

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

it("fills in what is remembered of a form, and remembers only where it is told to", async () => {
  backend.answers = { name: "Ada", email: "ada@example.org" };
  await paste("https://video.ibm.com/recorded/112470632");
  expect(await screen.findByLabelText("E-mail")).toHaveValue("");
  await person.type(screen.getByLabelText("Your name"), "Grace");
  await person.type(screen.getByLabelText("E-mail"), "grace@example.org");
  await person.click(screen.getByRole("checkbox", { name: "Remember them on this computer" }));
  await press("Send and continue");
  await heading("Launch day – full stream");
  expect(backend.answers).toEqual({ name: "Grace", email: "grace@example.org" });
  expect(backend.settings.remember_form).toBe(true);
  cleanup();

  backend.starting.settings = backend.settings;
  await paste("https://video.ibm.com/recorded/112470632");
  await waitFor(() => expect(screen.getByLabelText("E-mail")).toHaveValue("grace@example.org"));
});
