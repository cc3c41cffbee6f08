/// <reference types="vitest/config" />
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

export default defineConfig(({ mode }) => ({
  plugins: [svelte()],
  clearScreen: false,
  // The port is fixed because tauri.conf.json names it.
  server: { port: 5178, strictPort: true },
  build: {
    // The oldest web view the app runs in: WebKitGTK of Debian 12, WebView2, Safari 16.
    target: "safari16",
    outDir: mode === "fake" ? "dist-fake" : "dist",
    emptyOutDir: true,
    // Inlined assets would be data: addresses, which the content policy allows for pictures only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  // Tests run in a browser's stead: Svelte's own server build has no effects.
  resolve: mode === "test" ? { conditions: ["browser"] } : {},
  test: {
    environment: "jsdom",
    include: ["src/**/*.test.ts"],
    setupFiles: ["vitest.setup.ts"],
    // A story of sixty videos takes long on a busy machine; none is to fail of that.
    testTimeout: 60_000,
  },
}));
