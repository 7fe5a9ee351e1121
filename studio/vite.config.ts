import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { slim } from "../scripts/browser/slim.ts";

/** The headers that a page needs before it may share memory with its workers. */
const isolation = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  // Relative, so that the built site works in any folder of any web server.
  base: "./",
  server: { host: "127.0.0.1", headers: isolation },
  preview: { host: "127.0.0.1", headers: isolation },
  worker: {
    format: "es",
    plugins: slim,
    rolldownOptions: {
      output: {
        comments: false,
        // Classes keep their names: they are what layers are called in tables and errors.
        minify: {
          mangle: { keepNames: { class: true, function: false } },
          compress: { keepNames: { class: true, function: false } },
        },
      },
    },
  },
  build: {
    outDir: fileURLToPath(new URL("../dist/studio", import.meta.url)),
    emptyOutDir: true,
    target: "es2023",
    modulePreload: { polyfill: false },
    // Nothing inline: the content security policy allows files alone.
    assetsInlineLimit: 0,
  },
});
