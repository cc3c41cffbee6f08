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

const { state, theme, language } = viewAt(location.search);
const steps = states[state];
if (steps === undefined) throw new Error(`there is no state ${state}`);

if (theme !== null) force(theme);
await setLanguage(language);
const backend = new FakeBackend();
steps.before?.(backend);
mount(App, { target: document.body, props: { backend } });
await opened();
if (steps.link !== undefined) await enterLink(steps.link);
for (const id of steps.press ?? []) {
  await press(id);
  // Some screens are loaded when they are first shown.
  await opened();
}
steps.after?.(backend);
await tick();
// Tests advance the jobs through it.
window.backend = backend;
// Tests wait for this.
document.documentElement.dataset["arrived"] = state;
