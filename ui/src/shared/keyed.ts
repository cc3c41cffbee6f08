/**
 * Lookups that do not change once they are made, so that long lists are searched quickly.
 */

/** Returns these keys for a quick search. */
export function keySet(keys: Iterable<string>): ReadonlySet<string> {
  return new Set(keys);
}

/** Returns these items by their keys. */
export function keyMap<T>(items: T[], key: (item: T) => string): ReadonlyMap<string, T> {
  return new Map(items.map((item) => [key(item), item]));
}
