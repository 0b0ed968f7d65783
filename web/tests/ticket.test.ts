import { describe, expect, it } from "vitest";
import type { Quote } from "../src/api/types";
import {
  estimatedValue,
  exceedsBuyingPower,
  NEW_TICKET,
  newClientOrderId,
  orderOf,
  referencePrice,
  ticketErrors,
} from "../src/features/broker/ticket";

const instrument = { tick: "0.01", lot_step: "1" };
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
    const place = { accountId: "a1", symbol: "AAPL", clientOrderId: "c1" };
    expect(orderOf({ ...NEW_TICKET, limitPrice: "95" }, place)).not.toHaveProperty("limit_price");
    expect(orderOf({ ...NEW_TICKET, type: "limit", limitPrice: " 95 " }, place).limit_price).toBe("95");
  });

  it("makes version 4 identifiers", () => {
    expect(newClientOrderId()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});
