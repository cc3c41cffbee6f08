import { defineConfig } from "@playwright/test";

import { ORIGIN } from "./window";

const { port } = new URL(ORIGIN);

/** Debian's Chromium: nothing is downloaded for the tests. */
const CHROMIUM = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

/** The built gallery, walked through by the browser. */
export default defineConfig({
  testDir: ".",
  outputDir: "../test-results/e2e",
  fullyParallel: true,
  forbidOnly: true,
  // Repeating a test hides what makes it fail now and then.
  retries: 0,
  // Two cores, and each page has processes of its own.
  workers: 2,
  reporter: [["dot"]],
  timeout: 20_000,
  // Whatever breaks all states is known after a few.
  maxFailures: 40,
  use: {
    launchOptions: {
      executablePath: CHROMIUM,
      // Containers that run tests seldom allow the browser a sandbox of its own.
      args: ["--no-sandbox"],
    },
  },
  webServer: {
    command: `npx vite preview --config ../gallery/vite.config.ts --host 127.0.0.1 --port ${port} --strictPort`,
    url: ORIGIN,
    reuseExistingServer: false,
  },
});
