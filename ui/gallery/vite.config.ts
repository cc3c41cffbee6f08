import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Builds the gallery apart from the page, so that the shipped build contains nothing of it. */
export default defineConfig({
  root: here("."),
  plugins: [svelte({ configFile: here("../svelte.config.js") })],
  clearScreen: false,
  server: { port: 5179, strictPort: true, fs: { allow: [here("..")] } },
  build: {
    target: "safari16",
    outDir: here("../dist-gallery"),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: [here("index.html"), here("state.html")] },
  },
});
