import type axe from "axe-core";
import type { FakeBackend } from "../src/backend/fake";

declare global {
  interface Window {
    /** Set by the test. */
    axe: typeof axe;
    /** The backend of the window in the gallery. */
    backend: FakeBackend;
  }
}
