/** Returns a handler of `keydown` that calls `action` for Escape. */
export function onEscape(action: () => void) {
  return (event: KeyboardEvent) => {
    if (event.key === "Escape") action();
  };
}
