/**
 * A newer version of the app: whether there is one, and its installation.
 */
import type { ReleaseView, UpdateOutcome } from "../backend";
import { Controller } from "../shared/controller.svelte";
import { announcer } from "../shared/announcer.svelte";
import { text } from "../text";

/** What to tell the user about an installation that has failed. */
const MESSAGES = {
  unreachable: "update-unreachable",
  refused: "update-refused",
  failed: "update-failed",
} satisfies Record<Exclude<UpdateOutcome, "installed" | "busy">, string>;

export class Updates extends Controller {
  /** The newer version; null if there is none, or the user wants to decide later. */
  release: ReleaseView | null = $state.raw(null);
  /** Whether it is being downloaded and installed. */
  installing = $state(false);
  /** Id of the message why the last installation has failed. */
  problem: string | null = $state(null);

  /** Looks for a newer version. A failure counts as none: the user has not asked. */
  async find() {
    this.release = await this.backend.findUpdate().catch(() => null);
    if (this.release) announcer.say(text("update-heading", { version: this.release.version }));
  }

  /** Installs the newer version and restarts the app. */
  async install() {
    this.problem = null;
    this.installing = true;
    announcer.say(text("update-installing"));
    const outcome = await this.call(this.backend.installUpdate());
    this.installing = false;
    if (outcome === "installed") await this.restart();
    else if (outcome !== null && outcome !== "busy") {
      this.problem = MESSAGES[outcome];
      announcer.warn(text(this.problem));
    }
  }

  /** Hides the offer until the app is started again. */
  dismiss() {
    this.release = null;
    this.problem = null;
    this.failure = null;
  }
}
