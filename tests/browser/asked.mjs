// What journeys through runs, searches and studies have in common: the API beside the page, and waiting for jobs.

/** What is asked of the desk at an address, beside what the page asks. */
export function askedOf(url) {
  const api = (page) => ({
    read: async (path) => (await page.request.get(`${url}/v1${path}`)).json(),
    send: async (path, data) => (await page.request.post(`${url}/v1${path}`, { data, headers: { origin: url } })).json(),
  });

  async function ended(page, path) {
    for (let tries = 0; tries < 1200; tries += 1) {
      const found = await api(page).read(path);
      if (found.state !== "waiting" && found.state !== "running") return found;
      await page.waitForTimeout(50);
    }
    throw new Error(`${path} did not end`);
  }

  /** Waits until the run on the page has ended and the page says so; gives back its id. */
  async function seenDone(page, of) {
    const id = new URL(page.url()).pathname.split("/").at(-1);
    await ended(page, `/${of}/${id}`);
    await page.locator("[data-run-state=done]").waitFor();
    return id;
  }

  /** The tape the seeded account lives on. */
  async function tapeOf(page) {
    const [{ tape_id }] = (await api(page).read("/accounts")).items;
    return tape_id;
  }

  const figureOf = (page, name) => page.locator(`[data-figure="${name}"] dd span`).first().innerText();
  return { api, ended, seenDone, tapeOf, figureOf };
}
