/// <reference types="vitest/config" />
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig, type Plugin } from "vite";

/** Most bytes of script that load before the first screen. */
const FIRST_SCRIPT_BYTES = 170_000;

/** Fails the build if the first script has become too large: then a screen that an empty window does
 *  not show should be loaded when it is first shown. */
function firstScriptLimit(): Plugin {
  return {
    name: "first-script-limit",
    generateBundle(_, bundle) {
      const first = new Map<string, number>();
      const add = (name: string) => {
        const chunk = bundle[name];
        if (chunk?.type !== "chunk" || first.has(name)) return;
        first.set(name, Buffer.byteLength(chunk.code));
        chunk.imports.forEach(add);
      };
      for (const [name, chunk] of Object.entries(bundle))
        if (chunk.type === "chunk" && chunk.isEntry) add(name);
      const bytes = [...first.values()].reduce((sum, size) => sum + size, 0);
      if (bytes > FIRST_SCRIPT_BYTES)
        this.error(`the first script has ${bytes} bytes, not ${FIRST_SCRIPT_BYTES} at most`);
    },
  };
}

export default defineConfig(({ mode }) => ({
  plugins: [svelte(), firstScriptLimit()],
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
