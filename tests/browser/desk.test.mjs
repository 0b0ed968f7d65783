// The desk in a real browser. Needs BASE_URL and SIGN_IN_URL of a running server with a seeded account on a tape
// of daily prices; CHROMIUM_PATH if Chromium is not at /usr/bin/chromium; SHOTS for a folder of pictures.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, describe, it } from "node:test";
import { describeRuns } from "./runs.mjs";
import { describeStudies } from "./studies.mjs";

const require = createRequire(new URL("../../web/package.json", import.meta.url));
const { chromium } = require("playwright-core");
const axeSource = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const { BASE_URL = "http://127.0.0.1:2080", SIGN_IN_URL, CHROMIUM_PATH = "/usr/bin/chromium", SHOTS } = process.env;
const WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const DESKTOP = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };
const PAGES = ["/sign-in", "/overview", "/trade", "/research", "/orders", "/activity", "/strategies", "/backtests", "/sweeps", "/studies", "/accounts", "/status", "/settings"];
const LOADS_WITHIN_MS = 2000;
// A share and options on it that end on 7 June.
const OPTIONS = `symbol,date,open,high,low,close,volume
ACME,2024-06-03,100.00,101.00,99.00,100.00,1000
ACME,2024-06-04,101.00,104.00,100.50,103.00,1000
ACME240607C00100000,2024-06-04,3.50,4.60,3.40,4.20,50
ACME240607P00100000,2024-06-04,1.20,1.50,1.10,1.20,50
ACME240607C00105000,2024-06-04,1.50,1.90,1.40,1.60,50
ACME,2024-06-05,103.50,106.00,102.00,105.00,1000
`;

let browser;
let session;

before(async () => {
  assert.ok(SIGN_IN_URL, "SIGN_IN_URL names the link that signs in");
  browser = await chromium.launch({ executablePath: CHROMIUM_PATH, args: FLAGS });
  const context = await browser.newContext({ viewport: DESKTOP });
  const page = await context.newPage();
  await page.goto(SIGN_IN_URL);
  await page.waitForSelector("html[data-app-ready]");
  assert.equal(new URL(page.url()).pathname, "/trade", "the link leads to the desk");
  assert.equal(new URL(page.url()).hash, "", "the token does not stay in the address");
  session = await context.storageState();
  await context.close();
});

after(() => browser?.close());

async function open(path, { viewport = DESKTOP, colorScheme = "dark", prepare } = {}) {
  const storageState = path === "/sign-in" ? undefined : session;
  const context = await browser.newContext({ viewport, colorScheme, storageState, reducedMotion: "reduce" });
  const page = await context.newPage();
  // How long a busy machine may take is not what is tested here.
  page.setDefaultTimeout(45_000);
  const complaints = [];
  page.on("pageerror", (failure) => complaints.push(failure.message));
  page.on("console", (said) => said.type() === "error" && complaints.push(`${said.text()} ${said.location().url}`));
  if (prepare) await prepare(page);
  await page.goto(BASE_URL + path);
  await page.waitForSelector("html[data-app-ready]");
  return { page, complaints, close: () => context.close() };
}

async function violations(page) {
  await page.evaluate(axeSource);
  const found = await page.evaluate(
    (values) => globalThis.axe.run(document, { runOnly: { type: "tag", values } }),
    WCAG,
  );
  assert.ok(found.passes.length > 10, "the accessibility rules were really run");
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`);
}

const tapeAt = (page) => page.locator("[data-tape-at]").getAttribute("data-tape-at");
const equity = (page) => page.locator("[data-equity]").getAttribute("data-equity");

async function step(page) {
  const from = await tapeAt(page);
  await page.getByRole("button", { name: "Step one session" }).click();
  await page.waitForFunction((at) => document.querySelector("[data-tape-at]")?.dataset.tapeAt !== at, from);
}

/** Pauses the tape and brings it to a close, so that orders wait. */
async function closeSession(page) {
  const pause = page.getByRole("button", { name: "Pause the tape" });
  if (await pause.isVisible()) await pause.click();
  await page.getByRole("button", { name: "Play the tape" }).waitFor();
  if (await page.locator("[data-tape-at]", { hasText: "· open" }).isVisible()) await step(page);
}

async function writeOrder(page, { quantity, limit, term, exits }) {
  if (limit) {
    await page.getByLabel("Order type").selectOption("limit");
    await page.getByLabel(/^Limit price/).fill(limit);
  }
  if (exits) {
    await page.getByText("Exits: take profit, stop loss").click();
    await page.getByLabel("Take profit at").fill(exits.target);
    await page.getByLabel("Stop loss at").fill(exits.stop);
  }
  if (term) await page.getByLabel("Time in force").selectOption(term);
  await page.getByLabel(/^Quantity of/).fill(quantity);
  await page.getByRole("button", { name: "Review order" }).click();
  await page.getByRole("button", { name: /^Send/ }).click();
}

describe("the desk", () => {
  it("shows the clock, the chart and the live connection", async () => {
    const { page, complaints, close } = await open("/trade");
    await page.locator('[data-link="live"]').waitFor();
    await page.locator("[data-chart] canvas").first().waitFor();
    assert.ok(await tapeAt(page));
    assert.match(await page.locator("figcaption", { hasText: "last close" }).textContent(), /last close [\d,.]+\.$/);
    await page.getByRole("button", { name: "View as table" }).click();
    await page.getByRole("columnheader", { name: "Close" }).waitFor();
    assert.deepEqual(complaints, []);
    await close();
  });

  it("carries a market order from waiting to filled, live", async () => {
    const { page, close } = await open("/trade");
    await page.locator('[data-link="live"]').waitFor();
    await closeSession(page);
    const symbol = await page.locator("[data-last]").getAttribute("data-last");
    const before = await equity(page);
    await writeOrder(page, { quantity: "7" });
    await page.locator("[data-ticket-answer]", { hasText: "waits for the next open" }).waitFor();
    await page.getByRole("button", { name: `Cancel buy 7 ${symbol}` }).waitFor();
    await step(page);
    const fills = page.getByRole("region", { name: "Recent fills" }).last();
    await fills.getByRole("row", { name: new RegExp(`${symbol} Buy 7 `) }).first().waitFor();
    await page.getByRole("region", { name: "Positions" }).first().getByRole("button", { name: symbol }).waitFor();
    await fills.getByRole("button", { name: /^Why / }).first().click();
    await page.locator("[data-explanation]", { hasText: "Rounding to the tick" }).waitFor();
    await page.keyboard.press("Escape");
    await step(page);
    await page.waitForFunction((old) => document.querySelector("[data-equity]")?.dataset.equity !== old, before);
    await page.locator("[data-chart=baseline] canvas").first().waitFor();
    await close();
  });

  it("shows equity, positions and results on one page, and moves them with the tape", async () => {
    const { page, complaints, close } = await open("/trade");
    await closeSession(page);
    await writeOrder(page, { quantity: "7" });
    await step(page);
    await page.getByRole("link", { name: "Overview" }).click();
    await page.locator("[data-chart=baseline] canvas").first().waitFor();
    const result = (name) => page.locator(`[data-result="${name}"]`);
    const shown = (name) => result(name).getAttribute("data-value");
    await result("Today").waitFor();
    const id = new URL(page.url()).searchParams.get("account");
    const answered = async (path) => (await page.request.get(`${BASE_URL}/v1/accounts${path}`)).json();
    const [{ id: first }] = (await answered("")).items;
    const agrees = async () => {
      const account = await answered(`/${id ?? first}`);
      const { items } = await answered(`/${id ?? first}/positions`);
      await page.locator(`[data-equity="${account.equity}"]`).waitFor();
      assert.deepEqual([await shown("Today"), await shown("Since the start")], [account.day_pl, account.gain]);
      assert.equal(await page.locator("[data-day]").count(), items.length);
      return account.day_pl;
    };
    const before = await agrees();
    const { tape_id: tape } = await answered(`/${id ?? first}`);
    await page.request.post(`${BASE_URL}/v1/tapes/${tape}/control`, {
      data: { action: "step", unit: "session" },
      headers: { origin: BASE_URL },
    });
    await page.waitForFunction((old) => document.querySelector('[data-result="Today"]').dataset.value !== old, before);
    await agrees();
    assert.deepEqual(complaints, []);
    await close();
  });

  it("works a limit order until it is cancelled", async () => {
    const { page, close } = await open("/trade");
    await closeSession(page);
    const symbol = await page.locator("[data-last]").getAttribute("data-last");
    await writeOrder(page, { quantity: "3", limit: "0.01", term: "gtc" });
    const cancel = page.getByRole("button", { name: `Cancel buy 3 ${symbol}` });
    await cancel.click();
    await cancel.waitFor({ state: "detached" });
    await page.goto(`${BASE_URL}/orders`);
    await page.getByRole("radio", { name: "All" }).check();
    await page.locator('[data-status="cancelled"]').first().waitFor();
    await close();
  });

  it("writes orders on their page from a template, cancels many at once and tells what happened to each", async () => {
    const { page, complaints, close } = await open("/trade");
    await closeSession(page);
    await page.goto(`${BASE_URL}/orders`);
    const symbol = await page.getByLabel("Instrument").inputValue();
    await page.getByLabel("Order type").selectOption("limit");
    await page.getByLabel(/^Limit price/).fill("0.01");
    await page.getByLabel("Time in force").selectOption("gtc");
    await page.getByLabel(/^Quantity of/).fill("4");
    await page.getByLabel("Keep as a template").fill("Breakfast");
    await page.getByRole("button", { name: "Keep", exact: true }).click();
    await page.reload();
    const mark = page.getByRole("checkbox", { name: `Mark buy 4 ${symbol}` });
    for (const already of [0, 1]) {
      await page.getByRole("button", { name: "Use Breakfast" }).click();
      await page.getByRole("button", { name: "Review order" }).click();
      await page.getByRole("button", { name: /^Send/ }).click();
      await mark.nth(already).waitFor();
    }
    await page.getByRole("button", { name: "Mark all working" }).click();
    assert.ok(await mark.first().isChecked());
    assert.deepEqual(await violations(page), []);
    await page.getByRole("button", { name: /^Cancel marked/ }).click();
    await page.locator("[data-cancelled]", { hasText: "orders are cancelled." }).waitFor();
    await page.getByText("No working orders.").waitFor();
    await page.getByRole("radio", { name: "All" }).check();
    await page.getByRole("button", { name: `History of buy 4 ${symbol}` }).first().click();
    for (const event of ["order_accepted", "order_cancelled"]) await page.locator(`[data-event="${event}"]`).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Forget Breakfast" }).click();
    await page.getByText("No templates yet.").waitFor();
    assert.deepEqual(complaints, []);
    await close();
  });

  it("places an entry with both of its exits", async () => {
    const { page, close } = await open("/trade");
    await closeSession(page);
    await writeOrder(page, { quantity: "2", limit: "0.02", term: "gtc", exits: { target: "0.03", stop: "0.01" } });
    const working = page.getByRole("region", { name: "Working orders" }).last();
    for (const role of ["take profit", "stop loss"]) await working.getByText(role).first().waitFor();
    const symbol = await page.locator("[data-last]").getAttribute("data-last");
    await page.getByRole("button", { name: `Cancel buy 2 ${symbol}` }).click();
    await working.getByText("take profit").first().waitFor({ state: "detached" });
    await close();
  });

  it("says beside the ticket why an order is refused", async () => {
    const { page, close } = await open("/trade");
    await closeSession(page);
    await writeOrder(page, { quantity: "10000000" });
    const refusal = page.locator('[data-refusal="insufficient_buying_power"]');
    await refusal.waitFor();
    assert.match(await refusal.textContent(), /Order refused.+\./s);
    await close();
  });

  it("refuses a bad quantity before the server is asked", async () => {
    const { page, close } = await open("/trade");
    await page.getByLabel(/^Quantity of/).fill("-1");
    await page.getByRole("button", { name: "Review order" }).click();
    await page.getByText("The quantity must be above zero.").waitFor();
    await close();
  });

  it("plays and pauses the tape", async () => {
    const { page, close } = await open("/trade");
    await closeSession(page);
    await page.getByLabel("Tape speed").selectOption("86400");
    const from = await tapeAt(page);
    await page.getByRole("button", { name: "Play the tape" }).click();
    await page.waitForFunction((at) => document.querySelector("[data-tape-at]")?.dataset.tapeAt !== at, from);
    await page.getByRole("button", { name: "Pause the tape" }).click();
    await page.locator('[data-tape-state="paused"]').waitFor();
    const stopped = await tapeAt(page);
    await page.waitForTimeout(1500);
    assert.equal(await tapeAt(page), stopped);
    await close();
  });

  it("opens an account, chooses it, guards it, begins it anew and closes it", async () => {
    const { page, close } = await open("/accounts");
    const name = `Second ${Date.now()}`;
    const look = async (at) => {
      await page.getByRole("button", { name: `Look after ${at}`, exact: true }).click();
      return page.getByRole("dialog");
    };
    const row = (of) => page.getByRole("row").filter({ hasText: of });
    await page.getByRole("button", { name: "Open account" }).click();
    await page.getByLabel("Name", { exact: true }).fill(name);
    await page.getByLabel("Cash to begin with").fill("25000");
    assert.deepEqual(await violations(page), []);
    await page.getByRole("dialog").getByRole("button", { name: "Open account" }).click();
    await row(name).getByText("Chosen").waitFor();
    assert.match(await row(name).textContent(), /25,000\.00/);
    const [demo] = await page.getByRole("button", { name: /^Choose / }).all();
    await demo.click();
    await page.getByRole("button", { name: `Choose ${name}` }).click();
    await row(name).getByText("Chosen").waitFor();
    const id = new URL(page.url()).searchParams.get("account");
    await (await look(name)).getByRole("button", { name: "Let it rest" }).click();
    await row(name).locator('[data-account-status="inactive"]').waitFor();
    const { tape_id } = await (await page.request.get(`${BASE_URL}/v1/accounts/${id}`)).json();
    const listed = await (await page.request.get(`${BASE_URL}/v1/instruments?tape_id=${tape_id}`)).json();
    const { symbol } = listed.items.find((instrument) => instrument.tradable);
    const order = { account_id: id, symbol, side: "buy", type: "market", quantity: "1" };
    const refused = await page.request.post(`${BASE_URL}/v1/orders`, { data: order, headers: { origin: BASE_URL } });
    assert.equal((await refused.json()).code, "account_inactive");
    await (await look(name)).getByRole("button", { name: "Wake up" }).click();
    await row(name).locator('[data-account-status="open"]').waitFor();
    const dialog = await look(name);
    await dialog.getByLabel("Name", { exact: true }).fill(`${name} renamed`);
    await dialog.getByRole("button", { name: "Rename" }).click();
    await row(`${name} renamed`).waitFor();
    await (await look(`${name} renamed`)).getByRole("button", { name: "Begin anew…" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Begin anew" }).click();
    await row(name).filter({ hasText: "100,000.00" }).waitFor();
    await (await look(`${name} renamed`)).getByRole("button", { name: "Close…" }).click();
    assert.deepEqual(await violations(page), []);
    await page.getByRole("dialog").getByRole("button", { name: "Close account" }).click();
    await row(name).locator('[data-account-status="closed"]').waitFor();
    await close();
  });

  it("shows how the parts of the desk stand, and the jobs", async () => {
    const { page, complaints, close } = await open("/status");
    await page.locator('[data-health="ready"]').waitFor();
    for (const part of ["Database", "Quotes", "Connections", "Cache"]) {
      await page.locator(`[data-part="${part}"][data-state="good"]`).waitFor();
    }
    await page.getByRole("region", { name: "Jobs" }).waitFor();
    assert.deepEqual(complaints, []);
    await close();
  });

  it("stands within two seconds on every page, on a desktop and on a phone", { skip: !process.env.PACED }, async () => {
    for (const viewport of [DESKTOP, PHONE]) {
      for (const path of PAGES) {
        const began = performance.now();
        const { close } = await open(path, { viewport });
        const took = Math.round(performance.now() - began);
        assert.ok(took < LOADS_WITHIN_MS, `${path} took ${took} ms`);
        await close();
      }
    }
  });

  it("researches a symbol: its quote, facts, history, chain and Greeks", async () => {
    const { page, complaints, close } = await open("/trade");
    const read = async (path) => (await page.request.get(`${BASE_URL}/v1${path}`)).json();
    const send = async (path, data, type = "application/json") => {
      const headers = { origin: BASE_URL, "content-type": type };
      return (await page.request.post(`${BASE_URL}/v1${path}`, { data, headers })).json();
    };
    const { job_id } = await send("/datasets?name=Options", OPTIONS, "text/csv");
    let job = await read(`/jobs/${job_id}`);
    for (; job.state !== "done"; job = await read(`/jobs/${job_id}`)) {
      assert.notEqual(job.state, "failed");
      await page.waitForTimeout(50);
    }
    const opening = { dataset_id: job.result.dataset_id, name: "Options", start_at: "2024-06-04T20:00:00Z" };
    const { id: tape } = await send("/tapes", opening);
    const { id: account } = await send("/accounts", { name: "Options", tape_id: tape });
    await page.goto(`${BASE_URL}/research?account=${account}&symbol=ACME`);
    await page.locator('[data-last="ACME"]', { hasText: "103.00" }).waitFor();
    await page.locator('[data-facts="ACME"]', { hasText: "Equity" }).waitFor();
    await page.locator("[data-chart] canvas").first().waitFor();
    const chain = page.getByRole("region", { name: "Chain of ACME" });
    const { items } = await read(`/options/chain?tape_id=${tape}&underlying=ACME&right=call`);
    assert.equal(items.length, 2);
    for (const { strike, delta } of items) {
      const row = chain.getByRole("row").filter({ hasText: `${strike}.00` });
      assert.match(await row.textContent(), new RegExp(`${Number(delta).toFixed(3).slice(0, 4)}`), "the delta is told");
    }
    await page.getByRole("radio", { name: "Puts" }).check();
    await chain.getByRole("row").filter({ hasText: "\u22120." }).first().waitFor();
    assert.deepEqual(await violations(page), []);
    assert.deepEqual(complaints, []);
    await page.getByLabel("Symbol").fill("nope");
    await page.getByRole("button", { name: "Look up" }).click();
    await page.locator('[data-problem="unknown_symbol"]').waitFor();
    await close();
  });

  it("creates an API key, shows its secret once, and revokes it", async () => {
    const { page, close } = await open("/settings");
    const name = `browser ${Date.now()}`;
    await page.getByRole("button", { name: "New key" }).click();
    await page.getByLabel("Name", { exact: true }).fill(name);
    await page.getByRole("button", { name: "Create key" }).click();
    assert.match(await page.locator("output").textContent(), /^PK\w+\..{16,}$/);
    assert.deepEqual(await violations(page), []);
    await page.getByRole("button", { name: "Close" }).click();
    await page.getByRole("button", { name: `Revoke ${name}` }).click();
    await page.getByRole("button", { name: "Revoke key" }).click();
    await page.getByRole("button", { name: `Revoke ${name}` }).waitFor({ state: "detached" });
    await close();
  });
});

describe("preferences", () => {
  it("are saved, found again, shown at once in every number, and reset", async () => {
    const { page, close } = await open("/settings");
    await page.getByLabel("Numbers").selectOption("1'234.5");
    await page.getByLabel("Time zone").fill("Europe/Zurich");
    // The button also rests while it saves; what is stored has been answered.
    const saved = page.waitForResponse((answer) => answer.request().method() !== "GET");
    await page.getByRole("button", { name: "Save" }).click();
    assert.ok((await saved).ok());
    await page.reload();
    await page.waitForSelector("html[data-app-ready]");
    await page.waitForFunction(() => [...document.querySelectorAll("select")].some(({ value }) => value === "1'234.5"));
    assert.equal(await page.getByLabel("Numbers").inputValue(), "1'234.5");
    assert.equal(await page.getByLabel("Time zone").inputValue(), "Europe/Zurich");
    await page.goto(`${BASE_URL}/overview`);
    await page.getByText(/\d'\d{3}\.\d\d/).first().waitFor();
    await page.goto(`${BASE_URL}/settings`);
    await page.getByRole("button", { name: "Reset" }).click();
    await page.waitForFunction(() => [...document.querySelectorAll("select")].some(({ value }) => value === "1,234.5"));
    assert.equal(await page.getByLabel("Time zone").inputValue(), "UTC");
    assert.deepEqual(await violations(page), []);
    await close();
  });
});

describe("the second factor", () => {
  const codeOf = (secret, later) => {
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    const bits = [...secret].map((sign) => alphabet.indexOf(sign).toString(2).padStart(5, "0")).join("");
    const key = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
    const step = Buffer.alloc(8);
    step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + later));
    const digest = createHmac("sha1", key).update(step).digest();
    const number = digest.readUInt32BE(digest[19] & 15) & 0x7fffffff;
    return String(number % 1_000_000).padStart(6, "0");
  };

  it("is set up with a code of the app, shows recovery codes once, and is removed with the next code", async () => {
    const { page, close } = await open("/settings");
    await page.getByRole("button", { name: "Set up" }).click();
    await page.getByRole("button", { name: "Continue" }).click(); // a link was used just now: no password
    const secret = (await page.locator("[data-secret]").getAttribute("data-secret")) ?? "";
    await page.getByLabel("Code").fill(codeOf(secret, 0));
    await page.getByRole("button", { name: "Confirm" }).click();
    await page.locator("[data-recovery-code]").nth(9).waitFor();
    assert.deepEqual(await violations(page), []);
    await page.getByRole("button", { name: "I have kept them" }).click();
    await page.getByText("10 recovery codes left").waitFor();
    await page.getByRole("button", { name: "Remove" }).click();
    await page.getByLabel("Code").fill(codeOf(secret, 1));
    await page.getByRole("button", { name: "Remove second factor" }).click();
    await page.getByRole("button", { name: "Set up" }).waitFor();
    await close();
  });

  it("is asked for when signing in, after the password", async () => {
    const context = await browser.newContext({ viewport: DESKTOP });
    const page = await context.newPage();
    const shown = [];
    await page.route("**/v1/logins", (route) => {
      shown.push(route.request().postDataJSON());
      const code = shown.length === 1 ? "code_needed" : "code_refused";
      const problem = { title: "No", status: 401, code, detail: "This code is wrong.", request_id: "req_1" };
      return route.fulfill({ status: 401, contentType: "application/problem+json", body: JSON.stringify(problem) });
    });
    await page.goto(`${BASE_URL}/sign-in`);
    await page.getByLabel("E-mail").fill("ada@example.com");
    await page.getByLabel("Password").fill("right password");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByLabel("Code").fill("123456");
    assert.equal(await page.getByRole("alert").count(), 0);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("alert", { name: "" }).filter({ hasText: "This code is wrong." }).waitFor();
    assert.deepEqual(shown[1], { email: "ada@example.com", password: "right password", code: "123456" });
    assert.deepEqual(await violations(page), []);
    await context.close();
  });
});

describe("when something fails", () => {
  it("says that the connection is lost and keeps orders from being sent", async () => {
    const prepare = (page) => page.routeWebSocket(/\/v1\/stream/, (socket) => socket.close());
    const { page, close } = await open("/trade", { prepare });
    await page.getByText("The live connection is lost").first().waitFor();
    await page.getByRole("button", { name: "Review order" }).click();
    await page.getByText("Sending is off").waitFor();
    assert.ok(await page.getByRole("button", { name: /^Send/ }).isDisabled());
    assert.deepEqual(await violations(page), []);
    await close();
  });

  it("keeps a failed panel to itself, with code, request id and retry", async () => {
    const problem = { title: "Gone", status: 404, code: "account_not_found", detail: "No such account.", request_id: "req_1" };
    const prepare = (page) =>
      page.route(/\/positions/, (route) =>
        route.fulfill({ status: 404, contentType: "application/problem+json", body: JSON.stringify(problem) }),
      );
    const { page, close } = await open("/trade", { prepare });
    const shown = page.locator('[data-problem="account_not_found"]');
    await shown.waitFor();
    assert.match(await shown.textContent(), /No such account\..*account_not_found.*req_1.*Try again/s);
    await page.locator("[data-chart] canvas").first().waitFor();
    const again = page.waitForRequest(/\/positions/);
    await shown.getByRole("button", { name: "Try again" }).click();
    await again;
    await page.unroute(/\/positions/);
    // News from the stream may mend the panel before a second press does; either way it mends.
    await shown.getByRole("button", { name: "Try again" }).click({ timeout: 2000 }).catch(() => undefined);
    await shown.waitFor({ state: "detached" });
    await close();
  });

  it("says which part of the desk is down, and that the others are not known", async () => {
    const problem = { title: "Unavailable", status: 503, code: "database_unavailable", detail: "The database cannot be reached.", request_id: "req_1" };
    const prepare = (page) =>
      page.route("**/health/ready", (route) =>
        route.fulfill({ status: 503, contentType: "application/problem+json", body: JSON.stringify(problem) }),
      );
    const { page, close } = await open("/status", { prepare });
    await page.locator('[data-problem="database_unavailable"]').waitFor();
    await page.locator('[data-part="Database"][data-state="down"]').waitFor();
    await page.locator('[data-part="Quotes"][data-state="unknown"]').waitFor();
    assert.deepEqual(await violations(page), []);
    await page.unroute("**/health/ready");
    await page.locator('[data-health="ready"]').waitFor();
    await close();
  });

  it("welcomes somebody without an account and leads to the first one", async () => {
    const prepare = (page) =>
      page.route(/\/v1\/accounts\?/, (route) =>
        route.fulfill({ contentType: "application/json", body: JSON.stringify({ items: [], next_cursor: null }) }),
      );
    const { page, close } = await open("/trade", { prepare });
    await page.locator("[data-welcome]", { hasText: "Welcome to Paperdesk" }).waitFor();
    assert.deepEqual(await violations(page), []);
    await page.getByRole("link", { name: "Open your first account" }).click();
    await page.getByText("No account yet.").waitFor();
    await page.getByRole("button", { name: "Open account" }).waitFor();
    await close();
  });

  it("shows no figure that the server did not answer", async () => {
    const problem = { title: "Gone", status: 404, code: "gone", detail: "Nothing is here.", request_id: "none" };
    const prepare = (page) =>
      page.route(/\/(v1\/(?!me)|health\/)/, (route) =>
        route.fulfill({ status: 404, contentType: "application/problem+json", body: JSON.stringify(problem) }),
      );
    for (const path of ["/overview", "/trade", "/orders", "/activity", "/strategies", "/backtests", "/sweeps", "/studies", "/accounts", "/status"]) {
      const { page, close } = await open(path, { prepare });
      await page.locator("main [data-problem]").first().waitFor();
      const shown = await page.locator("main").innerText();
      assert.doesNotMatch(shown, /\d/, `${path} shows ${shown}`);
      await close();
    }
  });

  it("sends a signed-out reader to sign in, and explains wrong credentials", async () => {
    const context = await browser.newContext({ viewport: DESKTOP });
    const page = await context.newPage();
    await page.goto(`${BASE_URL}/trade`);
    await page.waitForURL("**/sign-in");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("Enter your e-mail address.").waitFor();
    await page.getByLabel("E-mail").fill("nobody@example.com");
    await page.getByLabel("Password").fill("wrong password");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("alert").waitFor();
    assert.deepEqual(await violations(page), []);
    await context.close();
  });
});

describeRuns({ open, violations, url: BASE_URL, phone: PHONE });
describeStudies({ open, violations, url: BASE_URL, phone: PHONE });

for (const colorScheme of ["dark", "light"]) {
  for (const [size, viewport] of Object.entries({ desktop: DESKTOP, phone: PHONE })) {
    describe(`${colorScheme}, ${size}`, () => {
      for (const path of PAGES) {
        it(`${path} is accessible and fits`, async () => {
          const { page, complaints, close } = await open(path, { viewport, colorScheme });
          await page.waitForTimeout(600);
          assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), colorScheme);
          const excess = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
          assert.ok(excess <= 0, `the page is ${excess} px too wide`);
          if (SHOTS) await page.screenshot({ path: `${SHOTS}${path}-${size}-${colorScheme}.png` });
          assert.deepEqual(await violations(page), []);
          assert.deepEqual(complaints, []);
          await close();
        });
      }
    });
  }
}
