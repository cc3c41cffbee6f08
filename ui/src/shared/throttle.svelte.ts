/**
 * Limits how often a text changes, because flickering figures cannot be read.
 */
const INTERVAL_MS = 1000;

/** Follows `source`, with at most one change a second. */
export function throttled<T>(source: () => T): { readonly value: T } {
  let value = $state.raw(source());
  let last = Date.now();

  $effect(() => {
    const next = source();
    const wait = Math.max(0, last + INTERVAL_MS - Date.now());
    const timer = setTimeout(() => {
      value = next;
      last = Date.now();
    }, wait);
    return () => clearTimeout(timer);
  });

  return {
    get value() {
      return value;
    },
  };
}
