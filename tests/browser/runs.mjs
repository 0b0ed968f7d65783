// Backtests in a browser: asked for, watched, read, sorted, kept as files.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { askedOf } from "./asked.mjs";

/** `desk` lends what the other journeys have: `open`, `violations`, the address and the two sizes. */
export function describeRuns({ open, violations, url, phone }) {
  const { api, ended, seenDone, tapeOf, figureOf } = askedOf(url);
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
      const id = await seenDone(page, "backtests");
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
      await page.getByRole("button", { name: "Download" }).click();
      const keep = async (name) => {
        const link = page.getByRole("link", { name });
        const [kept] = await Promise.all([page.waitForEvent("download"), link.click()]);
        return readFileSync(await kept.path(), "utf8");
      };
      assert.ok(JSON.parse(await keep("Capsule, to be verified")), "the capsule is one file");
      assert.match(await keep("Report as one page"), /Browser&#39;s averages|Browser's averages|Browser&#x27;s averages/);
      await page.keyboard.press("Escape");
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

  describe("runs beside each other", () => {
    it("are marked in the list, overlaid, held against one of them, and the best of each figure is bold", async () => {
      const { page, complaints, close } = await open("/backtests?state=done");
      const tape_id = await tapeOf(page);
      const { send, read } = api(page);
      const ids = [];
      for (const fast of [5, 20]) {
        const ask = { tape_id, strategy: "sma_cross", symbols: ["AAPL"], name: `Fast ${fast}` };
        const terms = { starts_at: "2015-01-01T00:00:00Z", parameters: { fast, quantity: "1000" } };
        ids.push((await send("/backtests", { ...ask, ...terms })).id);
      }
      for (const id of ids) await ended(page, `/backtests/${id}`);
      for (const fast of [5, 20]) await page.getByRole("checkbox", { name: `Mark Fast ${fast}` }).check();
      await page.getByRole("button", { name: "Compare 2" }).click();
      await page.waitForURL(/\/compare\?/);
      const table = page.getByRole("region", { name: "Figures of each run" });
      await table.getByRole("link", { name: "Fast 20" }).waitFor();
      const sharpe = await Promise.all(ids.map(async (id) => (await read(`/backtests/${id}/results`)).figures.sharpe));
      const row = table.getByRole("row").filter({ has: page.getByRole("rowheader", { name: "Sharpe ratio" }) });
      assert.match(await row.locator("[data-best]").innerText(), new RegExp(`^${Math.max(...sharpe).toFixed(2)}`));
      assert.equal(await table.getByRole("rowheader", { name: "Quantity" }).count(), 0, "what is the same is left out");
      assert.equal(await table.getByRole("rowheader", { name: "Fast" }).count(), 1);
      await page.getByLabel("Against which run").selectOption(ids[1]);
      assert.equal(new URL(page.url()).searchParams.get("against"), ids[1]);
      await page.locator("figcaption", { hasText: "The other runs less Fast 20." }).waitFor({ state: "attached" });
      assert.deepEqual(await violations(page), []);
      assert.deepEqual(complaints, []);
      await page.goto(`${url}/backtests/compare?runs=${ids[0]}`);
      await page.getByText("Mark two to eight runs").waitFor();
      await page.goto(`${url}/backtests/compare?runs=${ids[0]},00000000-0000-4000-8000-000000000000`);
      await page.locator("[data-problem]").waitFor();
      await close();
    });
  });

  describe("searches", () => {
    it("are refused beside their field, swept, seen as a surface and a plateau, and their trials run again", async () => {
      const { page, complaints, close } = await open("/sweeps");
      await page.getByText("No sweeps yet.").waitFor();
      await page.getByText("No walks forward yet").waitFor();
      const form = page.locator("[data-ask=search]");
      await form.getByLabel("Fast").fill("50:5:5");
      await form.getByRole("button", { name: "Run sweep" }).click();
      await form.getByText("The last value is below the first.").waitFor();
      await form.getByLabel("Fast").fill("5:15:5");
      await form.getByLabel("Slow").fill("60, 100");
      await form.getByLabel("Quantity").fill("500, 1000");
      await form.getByText("12 combinations").waitFor();
      await form.getByLabel("Name").fill("Browser's sweep");
      assert.deepEqual(await violations(page), []);
      await form.getByRole("button", { name: "Run sweep" }).click();
      await page.waitForURL(/\/sweeps\/[0-9a-f-]{36}/);
      const id = await seenDone(page, "sweeps");
      const { read } = api(page);
      const sweep = await read(`/sweeps/${id}`);
      assert.equal(await figureOf(page, "Best trial"), `No. ${sweep.best.number}`);
      assert.equal(await figureOf(page, "Trials of this family"), `${sweep.selection.trials}`);
      await page.getByLabel("Across").selectOption("fast");
      await page.getByLabel("Down").selectOption("slow");
      const map = await read(`/sweeps/${id}/heat-map?x=fast&y=slow&measure=sharpe`);
      const cell = page.getByRole("button", { name: /^Fast 10, Slow 100:/ });
      await cell.waitFor();
      const shown = map.cells[map.y_values.indexOf(100)][map.x_values.indexOf(10)].value;
      assert.match(await cell.getAttribute("aria-label"), new RegExp(`: ${shown.toFixed(2)}`));
      await page.getByLabel("Quantity", { exact: true }).selectOption("500");
      const held = (await read(`/sweeps/${id}/trials?limit=500`)).items.find(
        ({ parameters: { fast, slow, quantity } }) => fast === 10 && slow === 100 && Number(quantity) === 500,
      );
      await page.getByRole("button", { name: `Fast 10, Slow 100: ${held.sharpe.toFixed(2)}` }).click();
      const ledger = page.getByRole("region", { name: "Trials, the best first" });
      assert.equal(await ledger.getByRole("row").count(), 2, "the trials of the chosen cell");
      await page.getByRole("radio", { name: "Plateau" }).check();
      await page.getByText("Each cell is the mean of itself and its neighbours").waitFor();
      await page.getByLabel("Measure").selectOption("total_return");
      const search = new URL(page.url()).searchParams;
      assert.deepEqual([search.get("by"), search.get("view"), search.get("fixed")], ["total_return", "plateau", "quantity:500"]);
      assert.deepEqual(await violations(page), []);
      await ledger.getByRole("link").first().click();
      const asked = page.locator("[data-ask=backtest]");
      await asked.waitFor();
      assert.equal(await asked.getByLabel("Quantity").inputValue(), "500");
      assert.deepEqual(complaints, []);
      await close();
      const small = await open(`/sweeps/${id}`, { viewport: phone, colorScheme: "light" });
      await small.page.locator("[data-best]").first().waitFor();
      const excess = await small.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      assert.ok(excess <= 0, `the sweep is ${excess} px too wide`);
      assert.deepEqual(await violations(small.page), []);
      await small.close();
    });

    it("for their ends alone show and choose by what an end tells", async () => {
      const { page, complaints, close } = await open("/sweeps");
      const form = page.locator("[data-ask=search]");
      await form.getByLabel("Fast").fill("5, 10");
      await form.getByLabel("Slow").fill("60, 100");
      await form.getByRole("radio", { name: "Its end alone" }).check();
      assert.deepEqual(await form.getByLabel("Best by").locator("option").allTextContents(), ["Total return", "Growth a year"]);
      assert.deepEqual(await violations(page), []);
      await form.getByRole("button", { name: "Run sweep" }).click();
      await page.waitForURL(/\/sweeps\/[0-9a-f-]{36}/);
      const id = await seenDone(page, "sweeps");
      const { best } = await api(page).read(`/sweeps/${id}`);
      assert.equal(await figureOf(page, "Best trial"), `No. ${best.number}`);
      assert.equal(await figureOf(page, "Its Sharpe ratio"), "\u2014");
      await page.getByText("the ends alone").waitFor();
      assert.equal(await page.getByLabel("Measure").inputValue(), "total_return");
      assert.deepEqual(await violations(page), []);
      assert.deepEqual(complaints, []);
      await close();
    });

    it("walk forward fold by fold, and say what was kept of what was promised", async () => {
      const { page, complaints, close } = await open("/sweeps");
      const form = page.locator("[data-ask=search]");
      await form.getByRole("radio", { name: "Walk forward" }).check();
      await form.getByLabel("Fast").fill("5, 20");
      await form.getByLabel("Slow").fill("50, 100");
      await form.getByLabel("Choose on").fill("9999");
      await form.getByLabel("Then trade").fill("252");
      await form.getByRole("button", { name: "Walk forward" }).click();
      await form.getByText("leaves none to trade.").waitFor();
      complaints.length = 0; // the browser complains of the refusal, as it should
      await form.getByLabel("Choose on").fill("252");
      await form.getByRole("button", { name: "Walk forward" }).click();
      await page.waitForURL(/\/walk-forwards\/[0-9a-f-]{36}/);
      const id = await seenDone(page, "walk-forwards");
      const walk = await api(page).read(`/walk-forwards/${id}`);
      const folds = page.getByRole("region", { name: "Folds" }).last();
      await folds.getByRole("row").nth(walk.fold_count).waitFor();
      assert.equal(await figureOf(page, "Sharpe kept"), `${Math.round(walk.sharpe_kept * 100)}%`.replace("-", "\u2212"));
      await page.locator("figcaption", { hasText: "folds by their Sharpe ratio" }).waitFor({ state: "attached" });
      await page.locator("figcaption", { hasText: "as chosen in each fold" }).waitFor({ state: "attached" });
      assert.deepEqual(await violations(page), []);
      await page.getByRole("button", { name: "Folds: view as table" }).click();
      await page.getByRole("cell", { name: "253 to 504" }).first().waitFor();
      assert.deepEqual(complaints, []);
      await close();
    });
  });

  describe("strategies", () => {
    it("are saved, refused beside their field, switched off and on, changed into a new version, run and deleted", async () => {
      const { page, complaints, close } = await open("/strategies");
      await page.getByText("Nothing is saved yet.").waitFor();
      await page.getByRole("button", { name: "Save a strategy" }).first().click();
      const form = page.getByRole("dialog");
      await form.getByLabel("Name").fill("Slow averages");
      await form.getByLabel("Fast").fill("0");
      await form.getByRole("button", { name: "Save", exact: true }).click();
      await form.getByText("It must be a whole number from 1 to 1000.").waitFor();
      await form.getByLabel("Fast").fill("50");
      await form.getByLabel("Slow").fill("200");
      assert.deepEqual(await violations(page), []);
      await form.getByRole("button", { name: "Save", exact: true }).click();
      await form.waitFor({ state: "detached" });
      const { read } = api(page);
      const detail = page.locator("[data-saved]");
      await detail.getByText("No backtest of it has ended yet").waitFor();
      const id = await detail.getAttribute("data-saved");
      assert.equal(new URL(page.url()).searchParams.get("saved"), id);
      await page.getByRole("checkbox", { name: "Slow averages is on" }).click();
      await detail.getByText("It is switched off, so it is not run.").waitFor();
      assert.equal((await read(`/saved-strategies/${id}`)).is_active, false);
      await page.getByRole("checkbox", { name: "Slow averages is on" }).click();
      await detail.getByText("It is switched off, so it is not run.").waitFor({ state: "detached" });
      await page.getByRole("button", { name: "Change Slow averages" }).click();
      await form.getByLabel("Fast").fill("20");
      await form.getByLabel("Note").fill("Quicker");
      await form.getByRole("button", { name: "Save the change" }).click();
      await form.waitFor({ state: "detached" });
      await detail.getByText("Quicker").waitFor();
      const saved = await read(`/saved-strategies/${id}`);
      assert.deepEqual([saved.version, saved.newest.parameters.fast, saved.newest.parameters.slow], [2, 20, 200]);
      await page.getByRole("button", { name: "Save a strategy" }).click();
      await form.getByLabel("Name").fill("Slow averages");
      await form.getByRole("button", { name: "Save", exact: true }).click();
      await form.getByText("You have saved a strategy as 'Slow averages' already.").waitFor();
      complaints.length = 0; // the browser complains of the refusal, as it should
      await page.keyboard.press("Escape");
      await detail.getByRole("button", { name: "Run backtest" }).click();
      await page.waitForURL(/\/backtests\/[0-9a-f-]{36}/);
      await seenDone(page, "backtests");
      await page.getByRole("link", { name: "Of a saved strategy, version 2" }).click();
      await page.waitForURL(new RegExp(`saved=${id}`));
      await detail.getByRole("region", { name: "What each version has brought" }).getByRole("row").nth(1).waitFor();
      assert.deepEqual(await violations(page), []);
      await detail.getByRole("button", { name: "Delete" }).click();
      await detail.getByRole("button", { name: "Really delete, with its versions" }).click();
      await page.getByText("Nothing is saved yet.").waitFor();
      assert.deepEqual(complaints, []);
      await close();
    });

    it("are listed with their parameters and lead to a form that begins with them", async () => {
      const { page, complaints, close } = await open("/strategies");
      const { items } = await api(page).read("/strategies?limit=500");
      await page.locator("[data-strategy]").nth(items.length - 1).waitFor();
      await page.getByRole("link", { name: "Backtest Rsi reversion" }).click();
      const form = page.locator("[data-ask=backtest]");
      await form.getByLabel("Buy below").waitFor();
      assert.equal(await form.getByLabel("Strategy").inputValue(), "rsi_reversion");
      assert.deepEqual(complaints, []);
      await close();
    });
  });
}
