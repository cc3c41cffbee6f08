import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig, type Plugin } from "vite";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Keeps the connections of the tests' browser open: a request that meets the server's own end of an idle
 *  one fails, and a test with it. */
const keepConnections: Plugin = {
  name: "keep-connections",
  configurePreviewServer({ httpServer }) {
    if ("keepAliveTimeout" in httpServer) httpServer.keepAliveTimeout = 600_000;
  },
};

/** Builds the gallery apart from the page, so that the shipped build contains nothing of it. */
export default defineConfig({
  root: here("."),
  plugins: [svelte({ configFile: here("../svelte.config.js") }), keepConnections],
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
