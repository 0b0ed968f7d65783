import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const server = "http://127.0.0.1:2080";

export default defineConfig({
  plugins: [react(), tailwindcss()],
  build: {
    outDir: "../src/paperdesk/ui",
    emptyOutDir: true,
    manifest: true,
    modulePreload: { polyfill: false },
    target: "es2023",
    // The size gate reads the manifest; a warning here would only repeat it.
    chunkSizeWarningLimit: 1000,
    // Inlined fonts would be blocked by `default-src 'self'` and cannot be cached.
    assetsInlineLimit: 0,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            // Changes only with its pins, so browsers keep it across releases.
            {
              name: "vendor",
              test: /node_modules[\\/](react|react-dom|scheduler|use-sync-external-store|@tanstack|clsx)[\\/]/,
            },
            { name: "charts", test: /node_modules[\\/](lightweight-charts|fancy-canvas)[\\/]/ },
            { name: "core", priority: 1, test: /src[\\/](api|app[\\/]session|lib[\\/]search)/ },
            // Small pieces that every page of the desk uses compress better together. (Not the style sheet: the entry has it.)
            {
              name: "desk",
              test: /lucide-react.*js$|src[\\/](lib|ui[\\/](?!Chart|Dialog|plots|Figure\.|Sorting)|app[\\/](desk|Desk|ready|Shell|TopBar|Rail|theme)).*\.tsx?$/,
            },
          ],
        },
      },
    },
  },
  server: {
    port: 5173,
    proxy: {
      "/v1": { target: server, ws: true },
      "/health": server,
      "/docs": server,
      "/openapi.json": server,
    },
  },
});
