/**
 * The states of the window, each with what a person would do to come there.
 */
import { film, type FakeBackend } from "../src/backend/fake";

/** How one state is reached from the first screen. */
export interface State {
  /** Sets the backend up before the window opens. */
  before?: (fake: FakeBackend) => void;
  /** The link that is looked up. */
  link?: string;
  /** The buttons that are pressed then, by the names of their words. */
  press?: string[];
}

const recorded = (number: number): string => `https://video.ibm.com/recorded/${number}`;

/** Every state by its name. */
export const states: Record<string, State> = {
  empty: {},
  "not-a-link": { link: "hello" },
  "needs-form": { link: recorded(112470632) },
  "needs-password": { link: recorded(134300001) },
  "embed-only": { link: recorded(134300004) },
  ready: { link: recorded(112470631) },
  "ready-markup-title": {
    before: (fake) => {
      const title = "<img src=x onerror=alert(1)>";
      fake.resolve = () => Promise.resolve(film({ title }));
    },
    link: recorded(112470631),
  },
  "low-space": { link: recorded(134300021) },
  "failed-not_found": { link: recorded(134300003) },
};
