/**
 * The real window in one state: `App` over a fake backend, brought there without a person.
 */
import { mount, tick } from "svelte";
import App from "../src/App.svelte";
import "../src/app.css";
import { FakeBackend } from "../src/backend/fake";
import { speak } from "../src/text";
import { viewAt } from "./address";
import { lookUp, press } from "./hand";
import { states } from "./states";
import { force } from "./theme";

const { state, theme, language } = viewAt(location.search);
const way = states[state];
if (way === undefined) throw new Error(`there is no state ${state}`);

if (theme !== null) force(theme);
await speak(language);
const backend = new FakeBackend();
way.before?.(backend);
mount(App, { target: document.body, props: { backend } });
if (way.link !== undefined) await lookUp(way.link);
for (const words of way.press ?? []) await press(words);
way.after?.(backend);
await tick();
// A test lets time pass by it.
window.backend = backend;
// What looks at the window waits for this.
document.documentElement.dataset["arrived"] = state;
