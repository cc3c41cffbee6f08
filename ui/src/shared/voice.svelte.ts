/**
 * What a screen reader is told: one polite and one pressing voice for the whole window.
 */
class Voice {
  /** Said when the person pauses. */
  status = $state("");
  /** Said at once. */
  alert = $state("");

  /** Says something that can wait. */
  say(words: string) {
    this.status = words;
  }

  /** Says something that cannot wait. */
  warn(words: string) {
    this.alert = words;
  }

  /** Forgets both, so that the same words are said anew the next time. */
  hush() {
    this.status = "";
    this.alert = "";
  }
}

/** The window's voice. */
export const voice = new Voice();
