/**
 * The clipboard.
 */

/** Puts `words` on the clipboard; false where the system does not let us. */
export async function copy(words: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(words);
    return true;
  } catch {
    return false;
  }
}
