// Backtests in a browser: asked for, watched, read, sorted, kept as files.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";

/** `desk` lends what the other journeys have: `open`, `violations`, the address and the two sizes. */
export function describeRuns({ open, violations, url, phone }) {
  const api = (page) => ({
    read: async (path) => (await page.request.get(`${url}/v1${path}`)).json(),
    send: async (path, data) => (await page.request.post(`${url}/v1${path}`, { data, headers: { origin: url } })).json(),
  });

  async function ended(page, path) {
    for (let tries = 0; tries < 600; tries += 1) {
      const found = await api(page).read(path);
      if (found.state !== "waiting" && found.state !== "running") return found;
      await page.waitForTimeout(50);
    }
    throw new Error(`${path} did not end`);
  }

  /** The tape the seeded account lives on. */
  async function tapeOf(page) {
    const [{ tape_id }] = (await api(page).read("/accounts")).items;
    return tape_id;
  }

  const figureOf = (page, name) => page.locator(`[data-figure="${name}"] dd span`).first().innerText();
  const percent = (value) => `${value < 0 ? "\u2212" : value > 0 ? "+" : ""}${Math.abs(value * 100).toFixed(2)}%`;

  describe("backtests", () => {
    it("say beside each field what is refused, run, are watched, and are read as a report", async () => {
      const { page, complaints, close } = await open("/backtests");
      await page.getByText("No backtests yet.").waitFor();
      const form = page.locator("[data-ask=backtest]");
      await form.getByLabel("Fast").fill("0");
      await form.getByRole("button", { name: "Run backtest" }).click();
      await form.getByText("It must be a whole number from 1 to 1000.").waitFor();
      await form.getByLabel("Fast").fill("10");
      await form.getByLabel("Symbol").fill("nope");
      await form.getByRole("button", { name: "Run backtest" }).click();
      await form.getByText("'NOPE' is not on this tape, or not yet.").waitFor();
      assert.ok(await form.getByLabel("Symbol").getAttribute("aria-invalid"), "the refusal stands beside its field");
      assert.deepEqual(await violations(page), []);
      complaints.length = 0; // the browser complains of the refusal, as it should
      await form.getByLabel("Symbol").fill("AAPL");
      await form.getByLabel("Quantity").fill("1000");
      await form.getByLabel("Name").fill("Browser's averages");
      await form.getByText("Cash, fees, benchmark").click();
      await form.getByLabel("Benchmark").fill("MSFT");
      await form.getByRole("button", { name: "Run backtest" }).click();
      await page.waitForURL(/\/backtests\/[0-9a-f-]{36}/);
      await page.locator("[data-run-state=done]").waitFor();
      const id = new URL(page.url()).pathname.split("/").at(-1);
      const { read } = api(page);
      const results = await read(`/backtests/${id}/results`);
      await page.locator('[data-figure="Deflated Sharpe"]').waitFor();
      assert.equal(await figureOf(page, "Total return"), percent(results.figures.total_return));
      assert.equal(await figureOf(page, "Sharpe ratio"), results.figures.sharpe.toFixed(2));
      assert.equal(await figureOf(page, "Trials of this family"), `${results.selection.trials}`);
      await page.getByText("MSFT", { exact: false }).first().waitFor();
      const years = (await read(`/backtests/${id}/periods?by=year`)).items;
      await page.locator("[data-year]").first().waitFor();
      assert.equal(await page.locator("[data-year]").count(), years.length);

      await page.getByRole("radio", { name: "Log" }).check();
      await page.getByRole("button", { name: "Equity: view as table" }).click();
      await page.getByRole("columnheader", { name: "Invested" }).waitFor();
      await page.getByRole("button", { name: "Equity: view as chart" }).click();

      const best = (await read(`/backtests/${id}/round-trips?sort=-gain&limit=1`)).items[0];
      await page.getByRole("button", { name: "Gain" }).click();
      const first = page.getByRole("region", { name: "Round trips" }).last().getByRole("row").nth(1);
      await first.getByRole("button", { name: `Show round trip ${best.number} close up` }).click();
      await page.getByRole("heading", { name: `Round trip ${best.number}` }).waitFor();
      const { searchParams } = new URL(page.url());
      assert.deepEqual([searchParams.get("trip"), searchParams.get("trips")], [`${best.number}`, "-gain"]);

      await page.getByRole("button", { name: "Download" }).click();
      const [file] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name: "Equity as CSV" }).click(),
      ]);
      const lines = readFileSync(await file.path(), "utf8").trim().split("\n");
      assert.equal(lines[0], "at,equity,cash,invested");
      assert.ok(lines.length > 1000, "all pages of the list are in the file");
      assert.deepEqual(await violations(page), []);
      assert.deepEqual(complaints, []);
      await close();

      const small = await open(`/backtests/${id}`, { viewport: phone, colorScheme: "light" });
      await small.page.locator("[data-year]").first().waitFor();
      const excess = await small.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      assert.ok(excess <= 0, `the report is ${excess} px too wide`);
      assert.deepEqual(await violations(small.page), []);
      await small.close();
    });

    it("are listed as the address says, and move while they run without being asked", async () => {
      const { page, complaints, close } = await open("/backtests?sort=name&state=done");
      await page.getByRole("link", { name: "Browser's averages" }).waitFor();
      await page.getByRole("columnheader", { name: "Name" }).and(page.locator("[aria-sort=ascending]")).waitFor();
      const tape_id = await tapeOf(page);
      const ask = { tape_id, strategy: "buy_and_hold", symbols: ["AAPL"], name: "A run from elsewhere" };
      const { id } = await api(page).send("/backtests", { ...ask, starts_at: "2016-01-01T00:00:00Z" });
      await page.getByRole("link", { name: "A run from elsewhere" }).waitFor();
      await page.getByLabel("Strategy").first().selectOption("sma_cross");
      await page.getByRole("link", { name: "A run from elsewhere" }).waitFor({ state: "detached" });
      assert.equal(new URL(page.url()).searchParams.get("of"), "sma_cross");
      await page.getByLabel("State").selectOption("failed");
      await page.getByText("No run is like this.").waitFor();
      await page.getByRole("button", { name: "Show all runs" }).click();
      await page.getByRole("link", { name: "A run from elsewhere" }).click();
      await page.getByRole("link", { name: "Run again" }).click();
      await page.locator("[data-ask=backtest]").getByLabel("Name").and(page.locator('[value="A run from elsewhere"]')).waitFor();
      await page.goto(`${url}/backtests/${id}`);
      await page.getByRole("button", { name: "Delete" }).click();
      await page.getByRole("button", { name: "Really delete" }).click();
      await page.waitForURL(/\/backtests\?|\/backtests$/);
      await page.getByRole("link", { name: "Browser's averages" }).waitFor();
      assert.equal(await page.getByRole("link", { name: "A run from elsewhere" }).count(), 0);
      assert.deepEqual(complaints, []);
      await close();
    });

    it("say why a figure is missing, and keep a failed part to itself", async () => {
      const gone = { title: "Gone", status: 404, code: "gone", detail: "Nothing is here.", request_id: "none" };
      const prepare = (page) =>
        page.route(/\/monte-carlo/, (route) =>
          route.fulfill({ status: 404, contentType: "application/problem+json", body: JSON.stringify(gone) }),
        );
      const { page, close } = await open("/backtests", { prepare });
      const tape_id = await tapeOf(page);
      const ask = { tape_id, strategy: "rsi_reversion", symbols: ["AAPL"], name: "Never", parameters: { buy_below: 0 } };
      const { id } = await api(page).send("/backtests", { ...ask, starts_at: "2019-12-20T00:00:00Z" });
      await ended(page, `/backtests/${id}`);
      await page.goto(`${url}/backtests/${id}`);
      await page.locator('[data-figure="Sharpe ratio"]', { hasText: "The returns do not differ." }).waitFor();
      await page.getByText("The strategy never bought or sold.").waitFor();
      await page.locator('[data-problem="gone"]').waitFor();
      assert.deepEqual(await violations(page), []);
      await close();
    });
  });
}
