import { defineConfig } from "@playwright/test";

import { ORIGIN } from "./window";

const { port } = new URL(ORIGIN);

/** Debian's Chromium, so that the tests download nothing. */
const CHROMIUM = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

/** Runs the tests on the built gallery. */
export default defineConfig({
  testDir: ".",
  outputDir: "../test-results/e2e",
  fullyParallel: true,
  forbidOnly: true,
  // Retries hide flaky tests. On CI's shared machine the browser itself may stop for many seconds;
  // there one retry is allowed, and the report lists it as flaky.
  retries: process.env["CI"] === undefined ? 0 : 1,
  // For two cores: each page has its own processes.
  workers: 2,
  reporter: [["dot"]],
  timeout: 120_000,
  // Enough to see what breaks all states.
  maxFailures: 40,
  use: {
    launchOptions: {
      executablePath: CHROMIUM,
      // Most containers do not allow the browser's sandbox.
      args: ["--no-sandbox"],
    },
  },
  webServer: {
    command: `npx vite preview --config ../gallery/vite.config.ts --host 127.0.0.1 --port ${port} --strictPort`,
    url: ORIGIN,
    reuseExistingServer: false,
  },
});
