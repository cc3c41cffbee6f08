/**
 * Checks every state in WebKit, the web view of Linux and macOS: it loads, passes axe, and fits.
 */
import { expect, test as base } from "@playwright/test";
import { addressOf } from "../gallery/address";
import { AXE, TAGS } from "./rules";
import { hasWebKit, WebKit } from "./webkit";
import { names, ORIGIN, SIZE } from "./window";

/** Port of the first worker's driver; the others follow. */
const FIRST_PORT = 5190;
/** The smallest width of the window, in CSS pixels. */
const NARROW = 400;

const test = base.extend<object, { webkit: WebKit }>({
  webkit: [
    // Playwright requires a destructured first parameter.
    async ({}, use, { parallelIndex }) => {
      const webkit = await WebKit.open(FIRST_PORT + parallelIndex);
      await use(webkit);
      await webkit.close();
    },
    { scope: "worker" },
  ],
});

test.skip(!hasWebKit, "this computer has no WebKit");

interface Found {
  broken: string[][];
  passes: number;
}

const LOOK = `const [tags, done] = arguments;
  axe.run({ runOnly: { type: "tag", values: tags } }).then(({ violations, passes }) => done({
    broken: violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)]),
    passes: passes.length,
  }), (error) => done({ broken: [[String(error)]], passes: 0 }));`;

const WIDER = `const { scrollWidth, clientWidth } = document.documentElement;
  return scrollWidth - clientWidth;`;

for (const state of names) {
  for (const language of ["en", "ar"]) {
    test(`${state} passes axe and fits in WebKit in ${language}`, async ({ webkit }) => {
      await webkit.resize(SIZE.width, SIZE.height);
      await webkit.go(ORIGIN + addressOf({ state, theme: "light", language }));
      const arrived = () => webkit.run("return document.documentElement.dataset.arrived");
      await expect.poll(arrived).toBe(state);

      await webkit.run(AXE);
      const { broken, passes } = await webkit.wait<Found>(LOOK, TAGS);
      expect(broken).toEqual([]);
      // Fails if axe has checked nothing.
      expect(passes).toBeGreaterThan(10);

      expect(await webkit.run(WIDER), "760 pixels wide").toBe(0);
      await webkit.resize(NARROW, SIZE.height);
      expect(await webkit.run(WIDER), "400 pixels wide").toBe(0);
    });
  }
}
