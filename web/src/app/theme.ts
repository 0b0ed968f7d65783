/** The reader's choice of theme; public/theme.js applies it before the first paint. */
export type Theme = "system" | "light" | "dark";

const KEY = "paperdesk.theme";
const listeners = new Set<() => void>();
let current: Theme = load();

function load(): Theme {
  try {
    const kept = localStorage.getItem(KEY);
    return kept === "light" || kept === "dark" ? kept : "system";
  } catch {
    return "system";
  }
}

function apply(): void {
  const isDark = current === "system" ? matchMedia("(prefers-color-scheme: dark)").matches : current === "dark";
  document.documentElement.dataset.theme = isDark ? "dark" : "light";
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", apply);

/** The choice now in force. */
export function theme(): Theme {
  return current;
}

/** Applies and keeps a choice. */
export function setTheme(next: Theme): void {
  current = next;
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // Without storage the choice lasts as long as the page.
  }
  apply();
  for (const listener of listeners) listener();
}

/** For useSyncExternalStore. */
export function onThemeChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
