import { describe, expect, it } from "vitest";
import type { OrderType, Quote } from "../src/api/types";
import {
  estimatedValue,
  exceedsBuyingPower,
  NEW_TICKET,
  newClientOrderId,
  orderOf,
  referencePrice,
  type Ticket,
  ticketErrors,
} from "../src/features/broker/ticket";

const instrument = { tick: "0.01", lot_step: "1" };
const place = { accountId: "a1", symbol: "AAPL", clientOrderId: "c1" };
const quote: Quote = {
  symbol: "AAPL",
  instrument_id: "i1",
  at: null,
  bid: "99.98",
  ask: "100.02",
  bid_size: null,
  ask_size: null,
  last: "100.00",
  last_at: null,
  previous_close: null,
  derived_from: "bar",
  reason: null,
};

describe("order ticket", () => {
  it("accepts a plain market order", () => {
    expect(ticketErrors(NEW_TICKET, instrument)).toEqual({});
  });

  it.each(["", "0", "-1", "1.5", "ten", "1e3", "NaN"])("refuses the quantity %j", (quantity) => {
    expect(ticketErrors({ ...NEW_TICKET, quantity }, instrument).quantity).toBeTruthy();
  });

  it.each(["", "0", "-5", "99.505", "1,000"])("refuses the limit price %j", (limitPrice) => {
    expect(ticketErrors({ ...NEW_TICKET, type: "limit", limitPrice }, instrument).limitPrice).toBeTruthy();
  });

  it("does not ask a market order for a price", () => {
    expect(ticketErrors({ ...NEW_TICKET, limitPrice: "nonsense" }, instrument)).toEqual({});
  });

  it("values a buy at the ask, a sell at the bid, a limit at its limit", () => {
    expect(referencePrice(NEW_TICKET, quote)).toBe("100.02");
    expect(referencePrice({ ...NEW_TICKET, side: "sell" }, quote)).toBe("99.98");
    expect(referencePrice({ ...NEW_TICKET, type: "limit", limitPrice: "95" }, quote)).toBe("95");
    expect(referencePrice(NEW_TICKET, null)).toBeNull();
  });

  it("estimates exactly and invents nothing", () => {
    expect(estimatedValue({ ...NEW_TICKET, quantity: "3" }, quote)).toBe("300.06");
    expect(estimatedValue(NEW_TICKET, null)).toBeNull();
  });

  it("warns only buys above the buying power", () => {
    expect(exceedsBuyingPower(NEW_TICKET, quote, "1000.19")).toBe(true);
    expect(exceedsBuyingPower(NEW_TICKET, quote, "1000.20")).toBe(false);
    expect(exceedsBuyingPower({ ...NEW_TICKET, side: "sell" }, quote, "0")).toBe(false);
  });

  it("sends a limit price only with a limit order", () => {
    expect(orderOf({ ...NEW_TICKET, limitPrice: "95" }, place)).not.toHaveProperty("limit_price");
    expect(orderOf({ ...NEW_TICKET, type: "limit", limitPrice: " 95 " }, place).limit_price).toBe("95");
  });

  it("asks for the prices that the kind of order takes, and for no others", () => {
    const missing = (type: OrderType) => Object.keys(ticketErrors({ ...NEW_TICKET, type }, instrument));
    expect(missing("market")).toEqual([]);
    expect(missing("stop")).toEqual(["stopPrice"]);
    expect(missing("stop_limit")).toEqual(["limitPrice", "stopPrice"]);
    expect(missing("market_if_touched")).toEqual(["stopPrice"]);
    expect(missing("trailing_stop")).toEqual(["trail"]);
  });

  it("sends a trail in percent as a rate, and one in money as an amount", () => {
    const trailing: Ticket = { ...NEW_TICKET, type: "trailing_stop", side: "sell", trail: "2.5" };
    expect(orderOf(trailing, place)).toMatchObject({ trail_rate: "0.025" });
    expect(orderOf({ ...trailing, trailUnit: "amount" }, place)).toMatchObject({ trail_amount: "2.5" });
  });

  it("makes a bracket of two exits, one-triggers-other of one, and nothing of none", () => {
    expect(orderOf({ ...NEW_TICKET, takeProfit: "110", stopLoss: "90" }, place)).toMatchObject({
      order_class: "bracket",
      take_profit: { limit_price: "110" },
      stop_loss: { stop_price: "90" },
    });
    const one = orderOf({ ...NEW_TICKET, stopLoss: "90" }, place);
    expect(one).toMatchObject({ order_class: "oto", stop_loss: { stop_price: "90" } });
    expect(one).not.toHaveProperty("take_profit");
    expect(orderOf(NEW_TICKET, place)).not.toHaveProperty("order_class");
    expect(orderOf({ ...NEW_TICKET, side: "sell", stopLoss: "90" }, place)).not.toHaveProperty("stop_loss");
  });

  it("needs a day for good till date, and sends it", () => {
    const dated: Ticket = { ...NEW_TICKET, timeInForce: "gtd" };
    expect(ticketErrors(dated, instrument).expiresOn).toBeTruthy();
    expect(orderOf({ ...dated, expiresOn: "2026-11-30" }, place).expires_on).toBe("2026-11-30");
  });

  it("makes version 4 identifiers", () => {
    expect(newClientOrderId()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});
