/**
 * Links in a text that may hold several.
 */

/** What begins like a link, or is a page of the service without its beginning. */
const LINK = /https?:\/\/\S+|\b(?:[\w-]+\.)?(?:ustream\.tv|video\.ibm\.com|ustre\.am)\/\S+/gi;

/** The links of a text, each once. What each leads to is for others to say. */
export function linksIn(words: string): string[] {
  return [...new Set(words.match(LINK) ?? [])];
}
