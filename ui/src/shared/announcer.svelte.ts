/**
 * Announcements for screen readers: two live regions for the whole window.
 */

/** How long an announcement stays. A screen reader has it at once; who reads the window later should
 *  not find what is long over. */
const STAY_MS = 10_000;

/** Words that are announced. The same words again are another announcement. */
export interface Announcement {
  readonly words: string;
}

class Announcer {
  /** In the polite region. */
  status: Announcement | null = $state.raw(null);
  /** In the assertive region. */
  alert: Announcement | null = $state.raw(null);

  #end: ReturnType<typeof setTimeout> | undefined;

  /** Announces a text as soon as the screen reader is idle. */
  say(words: string) {
    this.status = { words };
    this.#stay();
  }

  /** Interrupts the screen reader with a text. */
  warn(words: string) {
    this.alert = { words };
    this.#stay();
  }

  /** Takes back what is no longer true. */
  clear() {
    this.status = null;
    this.alert = null;
  }

  #stay() {
    clearTimeout(this.#end);
    this.#end = setTimeout(() => this.clear(), STAY_MS);
  }
}

/** The announcer of the window. */
export const announcer = new Announcer();
