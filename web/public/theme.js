// Runs before the first paint, so that a chosen theme never flashes. A file, because the content policy forbids inline scripts.
(() => {
  let choice = "system";
  try {
    choice = localStorage.getItem("paperdesk.theme") ?? "system";
  } catch {
    // Storage may be forbidden; the system's theme is then the right one.
  }
  const dark = choice === "system" ? matchMedia("(prefers-color-scheme: dark)").matches : choice === "dark";
  document.documentElement.dataset.theme = dark ? "dark" : "light";
})();
