import { fileURLToPath } from "node:url";
import vue from "@vitejs/plugin-vue";
import { ElementPlusResolver } from "unplugin-vue-components/resolvers";
import Components from "unplugin-vue-components/vite";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";
import licences from "./src/data/licences.json" with { type: "json" };
import { shippedCrates, shippedPackages } from "./shipped.mjs";

const page = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

const SHIPPED = "virtual:shipped";

/** What is shipped, with versions from the locks as they are now: a list that nobody keeps by hand cannot be stale. */
function shipped(): Plugin {
  const known: Record<"crates" | "packages", Record<string, string>> = licences;
  const told = (of: "crates" | "packages", list: { name: string; version: string }[]) =>
    list.map(({ name, version }) => ({ name, version, licence: known[of][name] ?? "UNKNOWN" }));
  return {
    name: "shipped",
    resolveId: (id) => (id === SHIPPED ? `\0${SHIPPED}` : null),
    load(id) {
      if (id !== `\0${SHIPPED}`) return null;
      const list = { crates: told("crates", shippedCrates()), packages: told("packages", shippedPackages()) };
      return `export default ${JSON.stringify(list)};`;
    },
  };
}

// `--mode fake` builds the same screens over a backend of sample data, for a browser; nothing of it is in the product.
export default defineConfig(({ mode }) => ({
  base: "./",
  define: { __FAKE__: JSON.stringify(mode === "fake") },
  plugins: [shipped(), vue(), Components({ dirs: [], dts: false, resolvers: [ElementPlusResolver()] })],
  build: {
    outDir: mode === "fake" ? "../target/screens/site" : "dist",
    emptyOutDir: true,
    target: ["chrome109", "safari15"],
    chunkSizeWarningLimit: 2000,
    rollupOptions: { input: { main: page("index.html"), consent: page("consent.html"), pin: page("pin.html") } },
  },
  test: {
    environment: "happy-dom",
    include: ["test/**/*.test.ts"],
    server: { deps: { inline: ["element-plus"] } },
    // Files run beside each other, some with a browser: on a machine with much to do everything may take long.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 30_000 } },
  },
}));
