import { expect, it } from "vitest";
import type { AudioChoice } from "../backend";
import { audioOf, initialAudio, valueOf } from "./audio";

const LANGUAGES = { languages: ["en-US", "fr", "pt-BR"], holds_all_sounds: true };

it.each<[AudioChoice, string]>([
  ["usual", "usual"],
  ["all", "all"],
  [{ prefer: "fr" }, "fr"],
  [{ prefer: "en" }, "en-US"],
  [{ prefer: "pt-PT" }, "pt-BR"],
  [{ prefer: "pt-br" }, "pt-BR"],
  [{ prefer: "de" }, "usual"],
])("selects for the setting %j, of a video in three languages: %s", (audio, value) => {
  expect(initialAudio(LANGUAGES, audio)).toBe(value);
});

it("selects all languages only if one file can hold them", () => {
  expect(initialAudio({ ...LANGUAGES, holds_all_sounds: false }, "all")).toBe("usual");
});

it.each<AudioChoice>(["usual", "all", { prefer: "fr" }])(
  "converts %j to a value and back",
  (audio) => {
    expect(audioOf(valueOf(audio))).toEqual(audio);
  },
);
