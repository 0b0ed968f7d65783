// Fails when a platform build is missing from the lock (`npm ci` would then refuse on that platform),
// or when the lock names a registry address.
import { readFileSync } from "node:fs";

const lock = JSON.parse(readFileSync(new URL("../package-lock.json", import.meta.url), "utf8"));
const locked = new Set(Object.keys(lock.packages).map((path) => path.split("node_modules/").pop()));
const problems = [];
for (const [path, entry] of Object.entries(lock.packages)) {
  for (const name of Object.keys(entry.optionalDependencies ?? {})) {
    if (!locked.has(name)) problems.push(`${path}: optional dependency ${name} is not in the lock`);
  }
  if (entry.resolved) problems.push(`${path}: names the address it was resolved from`);
}
for (const problem of problems) console.error(problem);
console.log(`${locked.size} packages locked, ${problems.length} problems`);
process.exit(problems.length ? 1 : 0);
