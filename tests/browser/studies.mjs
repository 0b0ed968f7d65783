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
