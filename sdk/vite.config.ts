// Two files from one source: a module for bundlers, and a script that a page names in a <script> tag (`window.Bidseal`).
import { defineConfig } from "vite";

export default defineConfig({
  build: {
    target: ["chrome109", "firefox115", "safari15"],
    sourcemap: true,
    lib: {
      entry: "src/index.ts",
      name: "Bidseal",
      formats: ["es", "iife"],
      fileName: (format) => (format === "es" ? "bidseal.js" : "bidseal.script.js"),
    },
  },
});
