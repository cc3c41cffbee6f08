/**
 * What a field says that can't be sent as it is.
 */
import { text } from "../text";
import { announcer } from "./announcer.svelte";

/** Lets the browser's bubble at a field speak the language of the app instead of the system's, and
 *  announces its words. Use as an attachment. */
export function inOwnWords(field: HTMLInputElement) {
  const explain = () => {
    const { valueMissing, typeMismatch } = field.validity;
    if (!valueMissing && !typeMismatch) return;
    const isEmpty = valueMissing && field.type !== "url";
    field.setCustomValidity(text(isEmpty ? "field-wrong" : `field-wrong.${field.type}`));
    field.setAttribute("aria-invalid", "true");
    announcer.warn(field.validationMessage);
  };
  const forget = () => {
    field.setCustomValidity("");
    field.removeAttribute("aria-invalid");
  };
  field.addEventListener("invalid", explain);
  field.addEventListener("input", forget);
  return () => {
    field.removeEventListener("invalid", explain);
    field.removeEventListener("input", forget);
  };
}
