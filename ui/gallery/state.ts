/**
 * Shows the real window in one state: `App` over a fake backend, driven by the gallery.
 */
import { mount, tick } from "svelte";
import App from "../src/App.svelte";
import "../src/app.css";
import { FakeBackend } from "../src/backend/fake";
import { setLanguage } from "../src/text";
import { viewAt } from "./address";
import { enterLink, opened, press } from "./driver";
import { states } from "./states";
import { force } from "./theme";

/** Loads the screens that `App` loads when they are first shown, so that a slow computer shows them too. */
async function loadAllScreens(): Promise<void> {
  const screens = import.meta.glob("../src/**/*.svelte");
  await Promise.all(Object.values(screens).map((load) => load()));
}

const { state, theme, language } = viewAt(location.search);
const steps = states[state];
if (steps === undefined) throw new Error(`there is no state ${state}`);

if (theme !== null) force(theme);
await setLanguage(language);
await loadAllScreens();
const backend = new FakeBackend();
steps.before?.(backend);
mount(App, { target: document.body, props: { backend } });
await opened();
// What comes before that counts as left by an earlier run.
await backend.watched;
steps.beside?.(backend);
if (steps.link !== undefined) await enterLink(steps.link);
for (const id of steps.press ?? []) await press(id);
// A screen that is loaded when it is first shown appears a moment later.
await opened();
steps.after?.(backend);
await tick();
// Tests advance the jobs through it.
window.backend = backend;
// Tests wait for this.
document.documentElement.dataset["arrived"] = state;
