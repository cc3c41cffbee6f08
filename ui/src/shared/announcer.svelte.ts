/**
 * Announcements for screen readers: two live regions for the whole window.
 */
class Announcer {
  /** Text of the polite region. */
  status = $state("");
  /** Text of the assertive region. */
  alert = $state("");

  /** Announces a text as soon as the screen reader is idle. */
  say(words: string) {
    this.status = words;
  }

  /** Interrupts the screen reader with a text. */
  warn(words: string) {
    this.alert = words;
  }

  /** Empties both regions, so that announcing the same text again is noticed as a change. */
  clear() {
    this.status = "";
    this.alert = "";
  }
}

/** The announcer of the window. */
export const announcer = new Announcer();
