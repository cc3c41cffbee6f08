/**
 * Puts the page over its backend.
 */
import { mount } from "svelte";
import App from "./App.svelte";
import "./app.css";
import type { Backend } from "./backend";
import { tauri } from "./backend/tauri";
import { speak } from "./text";

/** The fake is asked for by `vite --mode fake` only; nothing of it is in the shipped page. */
async function choose(): Promise<Backend> {
  if (import.meta.env.MODE !== "fake") return tauri;
  const { FakeBackend } = await import("./backend/fake");
  return FakeBackend.running(location.hash.slice(1));
}

// Before the first word is shown; a choice in the settings follows when they are read.
await speak(null);
mount(App, { target: document.body, props: { backend: await choose() } });
