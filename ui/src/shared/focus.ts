/**
 * Focuses a field and selects its text, so that typing replaces it. Use as an attachment.
 */
export function focusAndSelect(field: HTMLInputElement) {
  field.focus();
  field.select();
}
