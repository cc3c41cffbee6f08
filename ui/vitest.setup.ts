import "@testing-library/jest-dom/vitest";
import { configure } from "@testing-library/svelte";

/** The first test of a file loads the screens, which takes long on a busy machine. */
configure({ asyncUtilTimeout: 20_000 });

/** The test environment has no layout, so nothing ever changes its size. */
globalThis.ResizeObserver ??= class {
  observe() {}
  unobserve() {}
  disconnect() {}
};

/** Nor does anything scroll. */
Element.prototype.scrollIntoView ??= () => {};
