// Studies in a browser: asked for of a run or anew, watched, and read.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { askedOf } from "./asked.mjs";

/** `desk` lends what the other journeys have: `open`, `violations`, the address and the two sizes. */
export function describeStudies({ open, violations, url, phone }) {
  const { api, ended, seenDone, tapeOf, figureOf } = askedOf(url);
  const signed = (text) => text.replace("-", "\u2212");
  const ratio = (value) => signed(value.toFixed(2));
  const share = (value, places = 0) => signed(`${(value * 100).toFixed(places)}%`);

  /** Asks for a study beside the page, and gives back its id once it has ended. */
  async function studied(page, kind, more) {
    const ask = { tape_id: await tapeOf(page), strategy: "sma_cross", symbols: ["AAPL"], ...more };
    const { id } = await api(page).send(`/studies/${kind}`, { starts_at: "2018-01-01T00:00:00Z", ...ask });
    await ended(page, `/studies/${id}`);
    return id;
  }

  /** Reads a page as it stands on a phone, in light colours. */
  async function onPhone(path, isThere) {
    const small = await open(path, { viewport: phone, colorScheme: "light" });
    await isThere(small.page);
    const excess = await small.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    assert.ok(excess <= 0, `${path} is ${excess} px too wide`);
    assert.deepEqual(await violations(small.page), []);
    assert.deepEqual(small.complaints, []);
    await small.close();
  }

  describe("a run beside a paper account", () => {
    it("is compared order by order: what is the same, what differs, and what one side lacks", async () => {
      const { page, complaints, close } = await open("/backtests");
      const { send, read } = api(page);
      const { dataset_id } = await read(`/tapes/${await tapeOf(page)}`);
      const tape = await send("/tapes", { dataset_id, name: "Beside", start_at: "2016-01-04T21:00:00Z" });
      const terms = { name: "Beside paper", tape_id: tape.id, fill_model: "ideal" };
      const account = await send("/accounts", { ...terms, cash: "100000" });
      const order = { account_id: account.id, side: "buy", type: "market" };
      await send("/orders", { ...order, symbol: "AAPL", quantity: "10" });
      await send("/orders", { ...order, symbol: "MSFT", quantity: "1" });
      await send(`/tapes/${tape.id}/control`, { action: "step", unit: "session", count: 6 });
      const ask = { ...terms, strategy: "buy_and_hold", symbols: ["AAPL"], starts_at: "2016-01-04T21:00:00Z" };
      const run = await send("/backtests", ask);
      await ended(page, `/backtests/${run.id}`);
      await page.goto(`${url}/backtests/${run.id}`);
      await page.getByRole("link", { name: "Beside paper", exact: true }).click();
      await page.waitForURL(/\/against/);
      await page.getByLabel("Paper account").selectOption(account.id);
      await page.getByRole("heading", { name: "Beside paper beside Beside paper" }).waitFor();
      const found = await read(`/backtests/${run.id}/against/${account.id}`);
      assert.equal(found.orders.length, 1, "the order of the run has its like on paper");
      assert.equal(await figureOf(page, "The same"), `${found.same_orders} of 1`);
      const pairs = page.getByRole("region", { name: "Orders on both sides" }).last();
      await pairs.getByRole("row", { name: /AAPL.*10 at/ }).waitFor();
      const lacking = page.getByRole("region", { name: "Missing in the run" }).last();
      await lacking.getByRole("row", { name: /MSFT.*the run does not trade this symbol/ }).waitFor();
      await page.locator("figcaption", { hasText: "beyond the run" }).waitFor({ state: "attached" });
      await page.getByRole("button", { name: "Drift: view as table" }).click();
      const closes = page.getByRole("region", { name: "Both sides at every close" });
      assert.equal(await closes.getByRole("row").count(), found.days.length + 1);
      await page.getByLabel("Alike within").selectOption("0");
      await page.waitForURL(/within=/);
      assert.deepEqual(await violations(page), []);
      assert.deepEqual(complaints, []);
      const path = new URL(page.url());
      await close();
      await onPhone(`${path.pathname}${path.search}`, (small) =>
        small.getByRole("heading", { name: "Missing in the run" }).waitFor(),
      );
    });

    it("says which account cannot be compared, and why", async () => {
      const { page, close } = await open("/backtests");
      const { send, read } = api(page);
      const tape_id = await tapeOf(page);
      const file = { data: "symbol,date,close\nOTHR,2024-06-03,10\nOTHR,2024-06-04,11\n", headers: { origin: url, "content-type": "text/csv" } };
      const { job_id } = await (await page.request.post(`${url}/v1/datasets?name=Elsewhere`, file)).json();
      const { result } = await ended(page, `/jobs/${job_id}`);
      const tape = await send("/tapes", { dataset_id: result.dataset_id, name: "Elsewhere", start_at: "2024-06-03T20:00:00Z" });
      const account = await send("/accounts", { name: "Elsewhere", tape_id: tape.id });
      const ask = { tape_id, strategy: "buy_and_hold", symbols: ["AAPL"], name: "Here", starts_at: "2019-12-20T00:00:00Z" };
      const run = await send("/backtests", ask);
      await ended(page, `/backtests/${run.id}`);
      await page.goto(`${url}/backtests/${run.id}/against?paper=${account.id}`);
      await page.locator("[data-problem=another_market]").waitFor();
      assert.deepEqual(await violations(page), []);
      await close();
    });
  });

  describe("the report of a run", () => {
    it("tells what each tag and each reason to leave brought", async () => {
      const { page, complaints, close } = await open("/backtests");
      const ask = { tape_id: await tapeOf(page), strategy: "rsi_reversion", symbols: ["AAPL"], name: "By reason" };
      const { send, read } = api(page);
      const run = await send("/backtests", { ...ask, starts_at: "2015-01-01T00:00:00Z" });
      await ended(page, `/backtests/${run.id}`);
      const { by_tag: tags, by_exit_reason: exits } = await read(`/backtests/${run.id}/results`);
      await page.goto(`${url}/backtests/${run.id}`);
      assert.ok(exits.length > 0, "something was left");
      const reasons = page.getByRole("region", { name: "By why left" });
      await reasons.getByRole("row").nth(exits.length).waitFor();
      assert.equal(await page.getByRole("region", { name: "By tag", exact: true }).getByRole("row").count(), tags.length + 1);
      assert.deepEqual(await violations(page), []);
      assert.deepEqual(complaints, []);
      await close();
      await onPhone(`/backtests/${run.id}`, (small) => small.getByRole("heading", { name: "By tag and reason" }).waitFor());
    });
  });

  describe("a sweep over all its parameters", () => {
    it("keeps the trials within a range of any axis, by pointer and by keyboard, and lists them", async () => {
      const { page, complaints, close } = await open("/sweeps");
      const { send } = api(page);
      const ask = { tape_id: await tapeOf(page), strategy: "sma_cross", symbols: ["AAPL"], name: "Upright" };
      const ranges = { fast: [5, 10, 20], slow: [50, 100] };
      const { id } = await send("/sweeps", { ...ask, ranges, starts_at: "2018-01-01T00:00:00Z" });
      await ended(page, `/sweeps/${id}`);
      await page.goto(`${url}/sweeps/${id}`);
      const least = page.getByRole("slider", { name: "Fast, at least" });
      await least.waitFor();
      assert.equal(await page.locator("path[data-kept]").count(), 6);
      await least.focus();
      await page.keyboard.press("ArrowUp");
      await page.getByText("4 of 6 trials lie within").waitFor();
      assert.equal(await least.getAttribute("aria-valuetext"), "10");
      assert.equal(new URL(page.url()).searchParams.get("keep"), "fast:10:20");
      const ledger = page.getByRole("region", { name: "Trials, the best first" });
      assert.equal(await ledger.getByRole("row").count(), 5);
      assert.equal(await page.locator("path[data-kept]").count(), 4);
      const most = page.getByRole("slider", { name: "Slow, at most" });
      const box = await most.boundingBox();
      await page.mouse.move(box.x + 12, box.y + 12);
      await page.mouse.down();
      await page.mouse.move(box.x + 12, box.y + 400, { steps: 5 });
      await page.mouse.up();
      await page.getByText("2 of 6 trials lie within").waitFor();
      assert.deepEqual(await violations(page), []);
      await page.getByRole("button", { name: "All parameters at once: view as table" }).click();
      assert.equal(await page.getByRole("region", { name: "Trials within" }).getByRole("row").count(), 3);
      await page.getByRole("button", { name: "Show all trials" }).click();
      await page.getByText("6 of 6 trials lie within").waitFor();
      assert.deepEqual(complaints, []);
      await close();
      await onPhone(`/sweeps/${id}`, (small) => small.getByRole("slider").first().waitFor());
    });
  });

  describe("studies", () => {
    it("cross-validate what a search chooses, and show paths, splits and what of it may be luck", async () => {
      const { page, complaints, close } = await open("/studies");
      await page.getByText("No studies yet").waitFor();
      const form = page.locator("[data-ask=study]");
      await form.getByLabel("Fast").fill("5, 10, 20");
      await form.getByLabel("Slow").fill("50, 100");
      await form.getByText("6 combinations").waitFor();
      await form.getByLabel("Groups").fill("2");
      await form.getByRole("button", { name: "Run study" }).click();
      await form.getByText("It must be a whole number from 3 to 20.").waitFor();
      await form.getByLabel("Groups").fill("20");
      await form.getByLabel("Tested at a time").fill("10");
      await form.getByRole("button", { name: "Run study" }).click();
      await form.getByText("splits are more than 500").waitFor();
      complaints.length = 0; // the browser complains of the refusal, as it should
      await form.getByLabel("Groups").fill("6");
      await form.getByLabel("Tested at a time").fill("2");
      await form.getByLabel("Name").fill("Browser's crossing");
      await form.getByLabel("From").fill("2018-01-01");
      assert.deepEqual(await violations(page), []);
      await form.getByRole("button", { name: "Run study" }).click();
      await page.waitForURL(/\/studies\/[0-9a-f-]{36}/);
      const id = await seenDone(page, "studies");
      const { cross_validation: found, selection, trial } = await api(page).read(`/studies/${id}`);
      assert.equal(await figureOf(page, "Sharpe out of sample"), ratio(found.sharpe_quantiles["0.5"]));
      assert.equal(await figureOf(page, "Sharpe chosen on everything"), ratio(trial.sharpe));
      assert.equal(await figureOf(page, "Overfitting"), share(found.overfitting_probability));
      assert.equal(await figureOf(page, "Deflated Sharpe"), share(selection.deflated_sharpe, 1));
      assert.equal(await figureOf(page, "Trials of this family"), `${selection.trials}`);
      const splits = page.getByRole("region", { name: "Splits" });
      assert.equal(await splits.getByRole("row").count(), found.splits.length + 1);
      await page.locator("[data-mark]").first().waitFor({ state: "attached" });
      await page.getByRole("button", { name: "Paths out of sample: view as table" }).click();
      const paths = page.getByRole("region", { name: "Paths out of sample" }).last();
      await paths.getByRole("row").nth(found.paths.length).waitFor();
      await page.locator("figcaption", { hasText: "splits by what they promised" }).waitFor({ state: "attached" });
      assert.deepEqual(await violations(page), []);
      assert.deepEqual(complaints, []);
      await close();
      await onPhone(`/studies/${id}`, (small) => small.locator("[data-mark]").first().waitFor({ state: "attached" }));
    });

    it("examine a run for leaks from its report, and say that nothing moved", async () => {
      const { page, complaints, close } = await open("/backtests");
      const ask = { tape_id: await tapeOf(page), strategy: "sma_cross", symbols: ["AAPL"], name: "To be examined" };
      const terms = { starts_at: "2016-01-01T00:00:00Z", ends_at: "2017-01-01T00:00:00Z", fees: "per_share" };
      const { send, read } = api(page);
      const run = await send("/backtests", { ...ask, ...terms, parameters: { fast: 7, slow: 40 } });
      await ended(page, `/backtests/${run.id}`);
      await page.goto(`${url}/backtests/${run.id}`);
      await page.getByRole("link", { name: "Examine this run" }).click();
      const form = page.locator("[data-ask=study]");
      await form.locator('[value="To be examined"]').waitFor();
      assert.equal(await form.getByLabel("Slow").inputValue(), "40");
      await form.getByText("It begins as the run was asked for.").waitFor();
      await form.getByLabel("Cuts").fill("8");
      await form.getByRole("button", { name: "Run study" }).click();
      await page.waitForURL(/\/studies\/[0-9a-f-]{36}/);
      const id = await seenDone(page, "studies");
      const study = await read(`/studies/${id}`);
      assert.deepEqual([study.after_cursor, study.upto_cursor], [run.after_cursor, run.upto_cursor]);
      await page.locator("[data-verdict=clean]").waitFor();
      assert.equal(await figureOf(page, "Warm-up needed"), `${study.leaks.warm_up.settled} bars`);
      await page.getByText("Every order and every indicator was what it had been").waitFor();
      const late = page.getByRole("region", { name: "The run as it is, and with every bar told a bar late" });
      await late.getByRole("cell", { name: ratio(study.leaks.shift.a_bar_late.sharpe), exact: true }).waitFor();
      assert.deepEqual(await violations(page), []);
      assert.deepEqual(complaints, []);
      await close();
    });

    it("name the bar at which something moved, and what it was and came to", async () => {
      const { page, close } = await open("/studies");
      const id = await studied(page, "leaks", { name: "Looks ahead", cuts: 4 });
      // No strategy that is shipped leaks: the answer is what one that does would get.
      const at = { cut_at: "2017-03-01T21:00:00Z", bar_at: "2017-02-28T21:00:00Z" };
      const leaks = [
        { test: "truncation", ...at, what: "sma(20) of AAPL", was: "34.25", came: "33.9" },
        { test: "warm_up", ...at, what: "an order", was: "buy 10 AAPL", came: "nothing" },
      ];
      await page.route(`**/v1/studies/${id}`, async (route) => {
        const answer = await (await route.fetch()).json();
        answer.leaks = { ...answer.leaks, is_clean: false, leaks, leaks_in_all: 130 };
        await route.fulfill({ json: answer });
      });
      await page.goto(`${url}/studies/${id}`);
      await page.locator("[data-verdict=leaks]").waitFor();
      const moved = page.getByRole("region", { name: "What moved when there was less of the data" });
      await moved.getByRole("row", { name: /28 Feb 2017.*sma\(20\) of AAPL.*34\.25.*33\.9.*The data ended earlier/ }).waitFor();
      await moved.getByRole("row", { name: /an order.*buy 10 AAPL.*nothing.*The data began later/ }).waitFor();
      await page.getByText("The first 2 of 130.").waitFor();
      assert.deepEqual(await violations(page), []);
      await close();
    });

    it("shake a run, and mark where it stands among the shaken ones", async () => {
      const { page, complaints, close } = await open("/studies?kind=jitter");
      const form = page.locator("[data-ask=study]");
      await form.getByLabel("Runs", { exact: true }).fill("20");
      await form.getByLabel("From").fill("2018-01-01");
      await form.getByLabel("Name").fill("Browser's shaking");
      await form.getByLabel("Fast").fill("10");
      await form.getByLabel("Slow").fill("50");
      await form.getByLabel("Slippage").fill("-1");
      await form.getByRole("button", { name: "Run study" }).click();
      await form.getByText("It must be a number from 0 to 1000.").waitFor();
      await form.getByLabel("Slippage").fill("3");
      assert.deepEqual(await violations(page), []);
      await form.getByRole("button", { name: "Run study" }).click();
      await page.waitForURL(/\/studies\/[0-9a-f-]{36}/);
      const id = await seenDone(page, "studies");
      const { jitter: found } = await api(page).read(`/studies/${id}`);
      assert.equal(await figureOf(page, "Sharpe ratio"), ratio(found.as_it_is.sharpe));
      assert.equal(await figureOf(page, "Runs that lose"), share(found.share_losing));
      assert.equal(await page.locator("[data-mark]").count(), 3, "the run itself is marked in each figure");
      await page.getByRole("button", { name: "Sharpe ratio: view as table" }).click();
      const bins = page.getByRole("region", { name: "How many runs had which sharpe ratio" });
      const counts = await bins.getByRole("row").locator("td:last-child").allInnerTexts();
      assert.equal(counts.reduce((sum, each) => sum + Number(each), 0), 20);
      const worst = page.getByRole("region", { name: "The five that brought least" }).last();
      assert.match(await worst.getByRole("row").nth(1).innerText(), new RegExp(`^${found.worst[0].number}\\b`));
      assert.deepEqual(await violations(page), []);
      assert.deepEqual(complaints, []);
      await close();
      await onPhone(`/studies/${id}`, (small) => small.locator("[data-mark]").first().waitFor({ state: "attached" }));
    });

    it("are listed by kind, stopped, and deleted for good", async () => {
      const { page, complaints, close } = await open("/studies");
      await page.getByRole("link", { name: "Browser's shaking" }).waitFor();
      await page.getByLabel("Kind of study").selectOption("cross_validation");
      await page.getByRole("link", { name: "Browser's shaking" }).waitFor({ state: "detached" });
      await page.getByRole("link", { name: "Browser's crossing" }).waitFor();
      assert.equal(new URL(page.url()).searchParams.get("of"), "cross_validation");
      const ask = { tape_id: await tapeOf(page), strategy: "sma_cross", symbols: ["AAPL"], name: "To be stopped" };
      const { id } = await api(page).send("/studies/jitter", { ...ask, runs: 500 });
      await page.goto(`${url}/studies/${id}`);
      await page.getByRole("button", { name: "Stop" }).click();
      await page.locator("[data-run-state=cancelled]").waitFor();
      await page.getByText("What was tried for it stays counted.").waitFor();
      assert.deepEqual(await violations(page), []);
      await page.getByRole("button", { name: "Delete" }).click();
      await page.getByRole("button", { name: "Really delete" }).click();
      await page.waitForURL(/\/studies\?|\/studies$/);
      await page.getByRole("link", { name: "Browser's shaking" }).waitFor();
      assert.equal(await page.getByRole("link", { name: "To be stopped" }).count(), 0);
      assert.deepEqual(complaints, []);
      await close();
    });
  });
}
