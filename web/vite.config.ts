// Two faces from one tree: `--mode portal` and `--mode console`, each a folder of its own that a
// node serves under /portal/ and /console/. Nothing comes from another host.
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import vue from "@vitejs/plugin-vue";
import { defineConfig, type Plugin } from "vite";

const here = dirname(fileURLToPath(import.meta.url));

// `virtual:texts`: of texts/*.json what the pages say, in both languages.
function texts(): Plugin {
  const id = "\0texts";
  const files = ["en", "zh"].map((language) => resolve(here, "..", "texts", `${language}.json`));
  return {
    name: "texts",
    resolveId: (source) => (source === "virtual:texts" ? id : null),
    load(source) {
      if (source !== id) return null;
      const [en, zh] = files.map((file) => {
        this.addWatchFile(file);
        const all = Object.entries(JSON.parse(readFileSync(file, "utf8")) as Record<string, string>);
        return Object.fromEntries(all.filter(([key]) => key.startsWith("app.")));
      });
      return `export default ${JSON.stringify({ en, zh })}`;
    },
  };
}

export default defineConfig(({ mode }) => ({
  root: resolve(here, mode),
  base: `/${mode}/`,
  publicDir: false,
  logLevel: process.env.BASHU_WEB_OUT ? "warn" : "info",
  plugins: [vue(), texts()],
  resolve: { alias: { "@": resolve(here, "src") } },
  build: {
    outDir: resolve(process.env.BASHU_WEB_OUT ?? resolve(here, "dist"), mode),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: "es2022",
    reportCompressedSize: true,
  },
}));
