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
    // The size gate reads the manifest; a warning here would only repeat it.
    chunkSizeWarningLimit: 1000,
    // Inlined fonts would be blocked by `default-src 'self'` and cannot be cached.
    assetsInlineLimit: 0,
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
