/**
 * Finds the links in a text.
 */

/** An address with a scheme, or a page of the service without one. */
const LINK = /https?:\/\/\S+|\b(?:[\w-]+\.)?(?:ustream\.tv|video\.ibm\.com|ustre\.am)\/\S+/gi;

/** Returns the links in a text, each once, without checking what they lead to. */
export function linksIn(words: string): string[] {
  return [...new Set(words.match(LINK) ?? [])];
}
