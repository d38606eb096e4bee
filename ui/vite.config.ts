import { fileURLToPath } from "node:url";
import vue from "@vitejs/plugin-vue";
import { ElementPlusResolver } from "unplugin-vue-components/resolvers";
import Components from "unplugin-vue-components/vite";
import { defineConfig } from "vitest/config";

const page = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

// `--mode fake` builds the same screens over a backend of sample data, for a browser; nothing of it is in the product.
export default defineConfig(({ mode }) => ({
  base: "./",
  define: { __FAKE__: JSON.stringify(mode === "fake") },
  plugins: [vue(), Components({ dirs: [], dts: false, resolvers: [ElementPlusResolver()] })],
  build: {
    outDir: mode === "fake" ? "../target/screens/site" : "dist",
    emptyOutDir: true,
    target: ["chrome109", "safari15"],
    chunkSizeWarningLimit: 2000,
    rollupOptions: { input: { main: page("index.html"), consent: page("consent.html"), pin: page("pin.html") } },
  },
  test: { environment: "happy-dom", include: ["test/**/*.test.ts"], server: { deps: { inline: ["element-plus"] } } },
}));
