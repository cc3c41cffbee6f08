/**
 * The clipboard.
 */
import type { Failure } from "../backend";
import { text } from "../text";
import { voice } from "./voice.svelte";

/** What whoever is asked for help wants to know. */
export function details({ code, detail }: Failure): string {
  return `${code}\n${detail}`;
}

/** Puts the details of a failure on the clipboard; false where the system does not let us. */
export async function copyDetails(failure: Failure): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(details(failure));
  } catch {
    return false;
  }
  voice.say(text("details-copied"));
  return true;
}
