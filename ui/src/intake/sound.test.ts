import { expect, it } from "vitest";
import type { AudioView } from "../backend";
import { audioOf, usualSound, valueOf } from "./sound";

const SPOKEN = { languages: ["en-US", "fr", "pt-BR"], holds_all_sounds: true };

it.each<[AudioView, string]>([
  ["usual", "usual"],
  ["all", "all"],
  [{ prefer: "fr" }, "fr"],
  [{ prefer: "en" }, "en-US"],
  [{ prefer: "pt-PT" }, "pt-BR"],
  [{ prefer: "pt-br" }, "pt-BR"],
  [{ prefer: "de" }, "usual"],
])("takes %j for the sound of a video in three languages: %s", (audio, value) => {
  expect(usualSound(SPOKEN, audio)).toBe(value);
});

it("keeps all sounds only where one file holds them", () => {
  expect(usualSound({ ...SPOKEN, holds_all_sounds: false }, "all")).toBe("usual");
});

it.each<AudioView>(["usual", "all", { prefer: "fr" }])("brings %j through a list", (audio) => {
  expect(audioOf(valueOf(audio))).toEqual(audio);
});
