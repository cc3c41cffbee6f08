/** A hidden window paints nothing, and is not waited for any longer than this. */
const HIDDEN_AFTER_MS = 200;

/** Resolves when what was changed has been painted. */
export function painted(): Promise<void> {
  return new Promise((resolve) => {
    // A frame callback runs before its frame is painted, and a timer that it starts runs after that.
    requestAnimationFrame(() => setTimeout(resolve));
    setTimeout(resolve, HIDDEN_AFTER_MS);
  });
}
