import { resolve } from "node:path";

import { defineConfig } from "vite";

export default defineConfig({
  // From its source: lints and types do not wait for the SDK's own build.
  resolve: { alias: { "@bidseal/sdk": resolve(import.meta.dirname, "../../sdk/src/index.ts") } },
  build: { target: ["chrome109", "firefox115", "safari15"], assetsInlineLimit: 0, modulePreload: false },
});
