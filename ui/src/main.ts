/**
 * Mounts the page over its backend.
 */
import { mount } from "svelte";
import App from "./App.svelte";
import "./app.css";
import type { Backend } from "./backend";
import { tauri } from "./backend/tauri";
import { setLanguage } from "./text";

/** Returns the fake in `vite --mode fake`; the shipped page contains nothing of it. */
async function choose(): Promise<Backend> {
  if (import.meta.env.MODE !== "fake") return tauri;
  const { FakeBackend } = await import("./backend/fake");
  return FakeBackend.running(location.hash.slice(1));
}

// The computer's language, until the settings are read.
await setLanguage(null);
mount(App, { target: document.body, props: { backend: await choose() } });
