/**
 * Base class of the controllers. Components call the backend only through a controller, so that a
 * refused call is shown and announced.
 */
import { asFailure, type Backend, type Failure } from "../backend";
import { text } from "../text";
import { announcer } from "./announcer.svelte";

export class Controller {
  /** Why the last call was refused; a component shows it as a notice. */
  failure: Failure | null = $state.raw(null);

  protected readonly backend: Backend;

  constructor(backend: Backend) {
    this.backend = backend;
  }

  /** Opens the page of a video in the browser. */
  browse(link: string): Promise<boolean> {
    return this.succeeds(this.backend.browse(link));
  }

  /** Restarts the app. */
  restart(): Promise<boolean> {
    return this.succeeds(this.backend.restart());
  }

  /** Returns the address of a video's cover, for an `img`. */
  cover({ thumbnail }: { thumbnail: string | null }): string | null {
    return thumbnail === null ? null : this.backend.coverAddress(thumbnail);
  }

  /** Waits for a call. If it is refused, sets and announces `failure` and returns null. */
  protected async call<T>(pending: Promise<T>): Promise<T | null> {
    this.failure = null;
    try {
      return await pending;
    } catch (thrown) {
      this.failure = asFailure(thrown);
      announcer.warn(text(`failure-${this.failure.code}`));
      return null;
    }
  }

  /** Waits for a call without a result, as `call` does; returns false if it is refused. */
  protected async succeeds(pending: Promise<void>): Promise<boolean> {
    return (await this.call(pending.then(() => true))) ?? false;
  }
}
