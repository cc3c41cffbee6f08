import type axe from "axe-core";
import type { FakeBackend } from "../src/backend/fake";

declare global {
  interface Window {
    /** Put into the page by the test. */
    axe: typeof axe;
    /** What the window in the gallery talks to. */
    backend: FakeBackend;
  }
}
