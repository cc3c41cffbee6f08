/**
 * What each link leads to, by the number in it.
 */
import type {
  AccessView,
  Container,
  EntryView,
  Failure,
  ResolvedLinkView,
  Preview,
  RenditionView,
} from "../index";

/** Bytes in a megabyte. */
export const MB = 1_000_000;
/** Size of a recording, in bytes. */
export const SIZE = 560 * MB;

/** A cover that needs no network. */
export const COVER =
  "data:image/gif;base64,R0lGODlhEAAJAIAAAAtlcP///ywAAAAAEAAJAAACD4SPqcvtD6OctNqLs94sBQA7";

/** Returns the preview of a recording that can be saved. */
export function preview(change: Partial<Preview> = {}): Preview {
  return {
    recording: "112470631",
    link: "https://video.ibm.com/recorded/112470631",
    newest_of_channel: false,
    title: "Launch day – full stream",
    owner: "Acme Space Channel",
    date_unix_s: 1_463_054_400,
    duration_ms: 6_120_000,
    renditions: [
      rendition("flv-720", "flv", 720, 1_300 * MB),
      rendition("mp4-720", "fmp4", 720, SIZE),
      rendition("mp4-360", "fmp4", 360, 210 * MB),
      sound("mp4-sound", 80 * MB),
    ],
    about_bytes: SIZE,
    audio_only: false,
    file_stem: "Launch day – full stream",
    has_flv: true,
    languages: ["en-US"],
    holds_all_sounds: false,
    thumbnail: COVER,
    ...change,
  };
}

function rendition(id: string, container: Container, height: number, about_bytes: number) {
  const width = Math.round((height * 16) / 9);
  const rest = { bitrate_kbps: null, segments: 1020, audio_only: false };
  return { id, container, width, height, about_bytes, ...rest };
}

/** Returns a rendition of the sound alone. */
function sound(id: string, about_bytes: number): RenditionView {
  const rest = { bitrate_kbps: 128, segments: 1020, audio_only: true };
  return { id, container: "fmp4", width: null, height: null, about_bytes, ...rest };
}

/** Returns entries of a channel's list, newest first. */
export function entries(from: number, count: number): EntryView[] {
  return Array.from({ length: count }, (_, index) => {
    const number = from + index;
    const recording = String(112_470_631 - number);
    return {
      link: `https://video.ibm.com/recorded/${recording}`,
      recording,
      title: number === 2 ? null : `Launch day, part ${number + 1}`,
      date_unix_s: 1_463_054_400 - number * 86_400,
      duration_ms: 3_600_000 + number * 60_000,
      about_bytes: number === 2 ? null : SIZE,
      thumbnail: number % 3 === 0 ? COVER : null,
    };
  });
}

/** The number of the channel's recordings, and how many of them one part of the list has. */
export const CHANNEL = { total: 60, page: 50 };

const FORM: Failure = {
  code: "needs_form",
  detail: "the channel's sign-up form has not been answered",
  fields: [
    { name: "name", label: "Your name", required: true },
    { name: "email", label: "E-mail", required: true },
    { name: "company", label: "Company", required: false },
  ],
};

const one = (change: Partial<Preview>): ResolvedLinkView => ({
  is: "one",
  preview: preview(change),
});

/** Returns what a link leads to. */
export function script(link: string, access: AccessView): ResolvedLinkView | Failure {
  const number = /\d{6,}/.exec(link)?.[0];
  switch (number) {
    case "112470631":
      return one({});
    case "6540154":
      return {
        is: "several",
        catalog: {
          channel: number,
          total: CHANNEL.total,
          entries: entries(0, CHANNEL.page),
          page: null,
        },
      };
    case "6540155":
      return one({ newest_of_channel: true });
    case "112470633":
      return one({
        recording: number,
        languages: ["en-US", "fr-FR", "pt-BR"],
        holds_all_sounds: true,
      });
    case "112470632":
      if (access.form["email"] === "taken@example.org") {
        return { ...FORM, code: "form_refused", detail: "This e-mail address is blocked." };
      }
      return access.form["email"] ? one({ recording: number }) : FORM;
    case "134300001":
      if (access.password === "open sesame") return one({ recording: number, has_flv: false });
      return access.password === null
        ? { code: "needs_password", detail: "passwordLock" }
        : { code: "wrong_password", detail: "passwordLock: refused" };
    case "134300003":
      return { code: "not_found", detail: "GET /recorded/134300003: 404 Not Found" };
    case "134300004":
      return access.referrer === null
        ? { code: "embed_only", detail: "referrerLock" }
        : one({ recording: number });
    case "134300021":
      return one({ recording: number, about_bytes: 120_000 * MB, renditions: [] });
  }
  return link.includes("://")
    ? { code: "other_site", detail: new URL(link).host }
    : { code: "not_a_link", detail: "there is no link in that text" };
}
