/**
 * Text that changes at most once a second: figures that flicker cannot be read.
 */
const CALM_MS = 1000;

/** Follows `source`, at most once a second. */
export function calmly<T>(source: () => T): { readonly value: T } {
  let value = $state.raw(source());
  let last = Date.now();

  $effect(() => {
    const next = source();
    const wait = Math.max(0, last + CALM_MS - Date.now());
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
