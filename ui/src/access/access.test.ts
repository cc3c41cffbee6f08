import { cleanup, render, screen, waitFor } from "@testing-library/svelte";
import { expect, it } from "vitest";
import App from "../App.svelte";
import type { Failure } from "../backend";
import { done } from "../backend/fake";
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

it("asks for a form in place of a job that has failed, and remembers the answers", async () => {
  await paste("https://video.ibm.com/recorded/112470631");
  await press("Save video");
  const fields = [{ name: "email", label: "E-mail", required: true }];
  const failure: Failure = { code: "needs_form", detail: "locked", fields };
  backend.put({ ...backend.job("job-1"), state: { is: "failed", failure } });

  const field = await screen.findByLabelText("E-mail");
  await user.click(screen.getByRole("checkbox", { name: "Remember them on this computer" }));
  await press("Send and continue");
  expect(heard("alert")).toBe("Please fill this in.");
  await user.type(field, "ada at example.org{Enter}");
  expect(heard("alert")).toBe("This doesn’t look like an email address.");
  expect(field).toBeInvalid();
  expect(backend.job("job-1").state.is).toBe("failed");
  await user.clear(field);
  await user.type(field, "ada@example.org{Enter}");
  await waitFor(() => expect(backend.job("job-1").state.is).toBe("running"));
  expect(backend.settings.remember_form).toBe(false);
  backend.put({ ...backend.job("job-1"), state: done("Talk") });
  await waitFor(() => expect(backend.answers).toEqual({ email: "ada@example.org" }));
  await waitFor(() => expect(backend.settings.remember_form).toBe(true));
});

it("asks for the login that a proxy wants until it is right, and keeps it only if asked to", async () => {
  backend.proxyWants = { name: "ada", password: "p@ss" };
  await paste("https://video.ibm.com/recorded/112470631");

  const name = await screen.findByLabelText("User name");
  expect(name).toHaveFocus();
  expect(heard("alert")).not.toBe("");
  await user.type(name, "ada");
  await user.type(screen.getByLabelText("Password"), "pass{Enter}");

  await waitFor(() => expect(screen.getByLabelText("Password")).toHaveFocus());
  expect(screen.getByLabelText("User name")).toHaveValue("ada");
  expect(screen.getByLabelText("Password")).toHaveValue("pass");
  expect(backend.proxyLogin?.keep).toBe(false);
  await user.clear(screen.getByLabelText("Password"));
  await user.type(screen.getByLabelText("Password"), "p@ss");
  await user.click(screen.getByRole("checkbox", { name: "Remember them on this computer" }));
  await press("Try again");

  await heading("Launch day – full stream");
  expect(backend.proxyLogin).toEqual({ name: "ada", password: "p@ss", keep: true });
  expect(backend.settings.remember_proxy).toBe(true);
});

it("asks for the login of a proxy in place of a job that has failed, and resumes it", async () => {
  await paste("https://video.ibm.com/recorded/112470631");
  await press("Save video");
  const failure: Failure = { code: "proxy_login", detail: "proxy.example:3128" };
  backend.put({ ...backend.job("job-1"), state: { is: "failed", failure } });

  await user.type(await screen.findByLabelText("User name"), "ada");
  await user.type(screen.getByLabelText("Password"), "p@ss{Enter}");
  await waitFor(() => expect(backend.job("job-1").state.is).toBe("running"));
  expect(backend.proxyLogin).toEqual({ name: "ada", password: "p@ss", keep: false });
  expect(backend.settings.remember_proxy).toBe(false);
});

it("forgets the login of a proxy when it is switched off in the settings", async () => {
  backend.starting.settings = { ...backend.starting.settings, remember_proxy: true };
  render(App, { backend });
  await press("Settings");
  await user.click(await screen.findByText("Advanced"));
  const label = "Remember my name and password for the proxy";
  await user.click(await screen.findByRole("checkbox", { name: label }));
  expect(backend.settings.remember_proxy).toBe(false);
});
