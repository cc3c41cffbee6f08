import "@testing-library/jest-dom/vitest";

/** The test environment has no layout, so nothing ever changes its size. */
globalThis.ResizeObserver ??= class {
  observe() {}
  unobserve() {}
  disconnect() {}
};

/** Nor does anything scroll. */
Element.prototype.scrollIntoView ??= () => {};
