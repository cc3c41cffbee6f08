/// <reference types="vitest/config" />
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

export default defineConfig(({ mode }) => ({
  plugins: [svelte()],
  clearScreen: false,
  // Fixed, because tauri.conf.json names it.
  server: { port: 5178, strictPort: true },
  build: {
    // The oldest web views of the app: WebKitGTK of Debian 12, WebView2, Safari 16.
    target: "safari16",
    outDir: mode === "fake" ? "dist-fake" : "dist",
    emptyOutDir: true,
    // Inlined assets would be data: URLs, which the content policy allows for images only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  // Tests need Svelte's browser build: its server build runs no effects.
  resolve: mode === "test" ? { conditions: ["browser"] } : {},
  test: {
    environment: "jsdom",
    include: ["src/**/*.test.ts"],
    setupFiles: ["vitest.setup.ts"],
    // A test of sixty videos takes long on a busy machine.
    testTimeout: 60_000,
  },
}));
