// Compares what a browser downloads with budgets.json, from the manifest of the last build.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const here = fileURLToPath(new URL(".", import.meta.url));

const outDir = join(here, "../../../try1");
const budgets = JSON.parse(readFileSync(join(here, "../budgets.json"), "utf8"));
const manifest = JSON.parse(readFileSync(join(outDir, ".vite/manifest.json"), "utf8"));

const gzipBytes = (file) => gzipSync(readFileSync(join(outDir, file)), { level: 9 }).length;

/** Keys of every chunk that loads with `key`, following static imports only. */
function closure(key, seen = new Set()) {
  if (!seen.has(key)) {
    seen.add(key);
    for (const next of manifest[key].imports ?? []) closure(next, seen);
  }
  return seen;
}

const sum = (keys) => [...keys].reduce((total, key) => total + gzipBytes(manifest[key].file), 0);
const entry = Object.keys(manifest).find((key) => manifest[key].isEntry);
const entryKeys = closure(entry);
const rows = [["entry", sum(entryKeys), budgets.entry_js_gzip_bytes_max]];
for (const key of Object.keys(manifest).filter((name) => manifest[name].isDynamicEntry)) {
  const route = manifest[key].name ?? key;
  rows.push([`route ${route}`, sum(closure(key, new Set(entryKeys))), budgets.route_js_gzip_bytes_max]);
}
const assets = readdirSync(join(outDir, "assets"));
const css = assets
  .filter((name) => name.endsWith(".css"))
  .reduce((total, name) => total + gzipBytes(`assets/${name}`), 0);
rows.push(["css", css, budgets.css_gzip_bytes_max]);
const fonts = assets.filter((name) => name.endsWith(".woff2"));
const fontBytes = fonts.reduce((total, name) => total + readFileSync(join(outDir, "assets", name)).length, 0);
rows.push(["fonts", fontBytes, budgets.font_bytes_max]);

let failed = false;
for (const [name, bytes, limit] of rows) {
  const over = bytes > limit;
  failed ||= over;
  console.log(
    `${over ? "OVER" : "ok  "} ${name.padEnd(28)} ${(bytes / 1000).toFixed(1).padStart(7)} kB of ${limit / 1000} kB`,
  );
}
process.exit(failed ? 1 : 0);
