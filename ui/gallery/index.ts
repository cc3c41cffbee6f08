/**
 * Shows all states of the window side by side, in the selected themes and languages.
 */
import { states } from "./states";
import { addressOf, LANGUAGES, THEMES, type View } from "./address";

function choice(name: string, value: string, checked: boolean): HTMLLabelElement {
  const label = document.createElement("label");
  const box = document.createElement("input");
  Object.assign(box, { type: "checkbox", name, value, checked });
  label.append(box, ` ${value}`);
  return label;
}

function figure(view: View): HTMLElement {
  const figure = document.createElement("figure");
  const caption = document.createElement("figcaption");
  const link = document.createElement("a");
  const frame = document.createElement("iframe");
  const name = `${view.state}, ${view.theme}, ${view.language}`;
  link.href = addressOf(view);
  link.textContent = name;
  // Load only the frames in view: there are hundreds.
  Object.assign(frame, { title: name, loading: "lazy", src: link.href });
  caption.append(link);
  figure.append(caption, frame);
  return figure;
}

function show(form: HTMLFormElement, main: Element) {
  const chosen = new FormData(form);
  const views = Object.keys(states).flatMap((state) =>
    chosen.getAll("theme").flatMap((theme) =>
      chosen.getAll("language").map((language) => ({
        state,
        theme: String(theme),
        language: String(language),
      })),
    ),
  );
  main.replaceChildren(...views.map(figure));
}

const form = document.querySelector("form");
const main = document.querySelector("main");
if (form && main) {
  form.append(
    ...THEMES.map((theme) => choice("theme", theme, true)),
    ...LANGUAGES.map((language) => choice("language", language, language === "en")),
  );
  form.addEventListener("change", () => show(form, main));
  show(form, main);
}
