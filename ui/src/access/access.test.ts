import { cleanup, screen, waitFor } from "@testing-library/svelte";
import { expect, it } from "vitest";
import { backend, heading, heard, paste, user, press, strip } from "../testing";

it("asks for the password until it is right, and keeps what was typed", async () => {
  await paste("https://video.ibm.com/recorded/134300001");

  await heading("This video has a password");
  await user.type(screen.getByLabelText("Password"), "open says me{Enter}");
  await heading("That password didn’t work");
  const field = screen.getByLabelText("Password");
  expect(field).toHaveValue("open says me");
  expect(field).toHaveFocus();
  expect(heard("alert")).toBe("That password didn’t work");

  await user.clear(field);
  await user.type(field, "open sesame{Enter}");
  await heading("Launch day – full stream");
  await press("Save video");
  expect(backend.asked[0]?.access.password).toBe("open sesame");
});

it("asks for the owner’s form in place", async () => {
  await paste("https://video.ibm.com/recorded/112470632");

  await heading("This video asks you to sign up first");
  expect(screen.getByLabelText("Company (optional)", { normalizer: strip })).not.toBeRequired();
  expect(screen.getByLabelText("E-mail")).toHaveAttribute("autocomplete", "email");
  await user.type(screen.getByLabelText("Your name"), "Ada");
  await user.type(screen.getByLabelText("E-mail"), "ada@example.org{Enter}");
  await heading("Launch day – full stream");
});

it("asks for the owner’s page in place", async () => {
  await paste("https://video.ibm.com/recorded/134300004");
  const field = await screen.findByLabelText("Address of the owner’s page");
  await user.type(field, "http://example.org/talk{Enter}");
  await heading("Launch day – full stream");
});

it("fills in remembered answers to a form, and remembers them only if asked to", async () => {
  backend.answers = { name: "Ada", email: "ada@example.org" };
  await paste("https://video.ibm.com/recorded/112470632");
  expect(await screen.findByLabelText("E-mail")).toHaveValue("");
  await user.type(screen.getByLabelText("Your name"), "Grace");
  await user.type(screen.getByLabelText("E-mail"), "grace@example.org");
  await user.click(screen.getByRole("checkbox", { name: "Remember them on this computer" }));
  await press("Send and continue");
  await heading("Launch day – full stream");
  expect(backend.answers).toEqual({ name: "Grace", email: "grace@example.org" });
  expect(backend.settings.remember_form).toBe(true);
  cleanup();

  backend.starting.settings = backend.settings;
  await paste("https://video.ibm.com/recorded/112470632");
  await waitFor(() => expect(screen.getByLabelText("E-mail")).toHaveValue("grace@example.org"));
});
