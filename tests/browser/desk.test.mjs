// The desk in a real browser. Needs BASE_URL and SIGN_IN_URL of a running server with a seeded account on a tape
// of daily prices; CHROMIUM_PATH if Chromium is not at /usr/bin/chromium; SHOTS for a folder of pictures.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, describe, it } from "node:test";

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
const PAGES = ["/sign-in", "/trade", "/orders", "/activity", "/settings"];

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
  page.setDefaultTimeout(15_000);
  const complaints = [];
  page.on("pageerror", (failure) => complaints.push(failure.message));
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
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
