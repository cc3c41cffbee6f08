/**
 * Error messages of form fields.
 */
import { text } from "../text";
import { announcer } from "./announcer.svelte";

/** Lets the browser's bubble at a field speak the language of the app instead of the system's, and
 *  announces its words. Use as an attachment, with the value of the field: the message goes when the
 *  value changes. */
export function inOwnWords(value: string | null | undefined) {
  return (field: HTMLInputElement) => {
    const explain = () => {
      const { valueMissing, typeMismatch } = field.validity;
      if (!valueMissing && !typeMismatch) return;
      const isEmpty = !value && field.type !== "url";
      field.setCustomValidity(text(isEmpty ? "field-wrong" : `field-wrong.${field.type}`));
      field.setAttribute("aria-invalid", "true");
      // The bubble is at the first one.
      const inputs = [...(field.form?.querySelectorAll("input") ?? [])];
      const first = inputs.find(({ validity }) => !validity.valid);
      if (first === field) announcer.warn(field.validationMessage);
    };
    field.addEventListener("invalid", explain);
    return () => {
      field.removeEventListener("invalid", explain);
      if (!field.validity.customError) return;
      field.setCustomValidity("");
      field.removeAttribute("aria-invalid");
    };
  };
}
