/**
 * Announcements for screen readers: two live regions for the whole window.
 */

/** How long an announcement stays. Removed afterwards, so that nobody who browses the window finds
 *  outdated words. */
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

  #statusEnd: ReturnType<typeof setTimeout> | undefined;
  #alertEnd: ReturnType<typeof setTimeout> | undefined;

  /** Announces a text as soon as the screen reader is idle. */
  say(words: string) {
    this.status = { words };
    clearTimeout(this.#statusEnd);
    this.#statusEnd = setTimeout(() => (this.status = null), STAY_MS);
  }

  /** Interrupts the screen reader with a text. */
  warn(words: string) {
    this.alert = { words };
    clearTimeout(this.#alertEnd);
    this.#alertEnd = setTimeout(() => (this.alert = null), STAY_MS);
  }

  /** Takes back what is no longer true. */
  clear() {
    this.status = null;
    this.alert = null;
  }
}

/** The announcer of the window. */
export const announcer = new Announcer();
