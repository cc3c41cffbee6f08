/**
 * The kept channels: those whose new videos the app saves by itself, or tells of.
 */
import type { KeptChannelView } from "../backend";
import { announcer } from "../shared/announcer.svelte";
import { Controller } from "../shared/controller.svelte";
import { text } from "../text";

/** Returns the title of a channel, or its link. */
export function nameOf({ title, link }: KeptChannelView): string {
  return title ?? link;
}

export class KeptChannels extends Controller {
  /** Null until they are loaded. */
  channels: KeptChannelView[] | null = $state.raw(null);
  /** Whether the list could not be read, and was set aside. */
  wasUnreadable = $state(false);

  /** Returns whether the channel with this number is kept. */
  has(id: string | null): boolean {
    return id !== null && (this.channels?.some((kept) => kept.id === id) ?? false);
  }

  async load() {
    const view = await this.call(this.backend.keptChannels());
    if (view === null) return;
    this.channels = view.channels;
    this.wasUnreadable ||= view.was_unreadable;
  }

  /** Keeps the channel with this link, or the one whose list is open. */
  async keep(link: string | null) {
    if (!(await this.succeeds(this.backend.keepChannel(link)))) return;
    await this.load();
    announcer.say(text("choose-channel.keep_body"));
  }

  /** Chooses whether new videos of a channel are saved, or only told of. */
  async setSaves(id: string, saves: boolean) {
    if (await this.succeeds(this.backend.setSaves(id, saves))) await this.load();
  }

  /** Does not keep a channel any more. */
  async forget(id: string) {
    if (await this.succeeds(this.backend.forgetChannel(id))) await this.load();
  }
}
