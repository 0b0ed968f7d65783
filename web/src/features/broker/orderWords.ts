/** The words of orders: kinds, times in force, and a ticket in one phrase. */
import type { OrderType, TimeInForce } from "../../api/types";
import { price } from "../../lib/format";
import type { Ticket } from "./ticket";

export const TYPE_NAMES: Record<OrderType, string> = {
  market: "Market",
  limit: "Limit",
  stop: "Stop",
  stop_limit: "Stop limit",
  trailing_stop: "Trailing stop",
  market_if_touched: "Market if touched",
};

export const TERM_NAMES: Record<TimeInForce, string> = {
  day: "Day",
  gtc: "Good till cancelled",
  gtd: "Good till date",
  ioc: "Immediate or cancel",
  fok: "Fill or kill",
  opg: "On open",
  cls: "On close",
};

/** What a ticket waits for and takes, such as "at 74.50 or better". */
export function termsSentence(ticket: Ticket, places: number): string {
  const limit = price(ticket.limitPrice, places);
  const stop = price(ticket.stopPrice, places);
  switch (ticket.type) {
    case "limit":
      return `at ${limit} or better`;
    case "stop":
      return `at market once ${stop} is reached`;
    case "stop_limit":
      return `at ${limit} or better once ${stop} is reached`;
    case "trailing_stop":
      return `at market, trailing by ${ticket.trail}${ticket.trailUnit === "percent" ? " %" : ""}`;
    case "market_if_touched":
      return `at market if ${stop} is touched`;
    default:
      return "at market";
  }
}
