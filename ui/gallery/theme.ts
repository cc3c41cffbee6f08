/**
 * Forces a theme, whatever the computer's is, to show both side by side.
 */

/** Makes the rules for dark colours apply always or never. */
export function force(theme: string) {
  document.documentElement.style.colorScheme = theme;
  for (const sheet of document.styleSheets) {
    for (const rule of sheet.cssRules) {
      if (!(rule instanceof CSSMediaRule)) continue;
      const { media } = rule;
      if (media.mediaText.includes("prefers-color-scheme: dark")) {
        media.mediaText = theme === "dark" ? "all" : "not all";
      }
    }
  }
}
