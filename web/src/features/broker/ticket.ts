/** What makes a ticket sendable, decided before the server is asked. The server decides again. */
import type { Instrument, OrderType, PlaceOrder, Quote, Side, TimeInForce } from "../../api/types";
import { compare, isMultipleOf, multiply, parseDecimal, signOf, toPlain, trim } from "../../lib/decimal";

/** What the form holds: text as typed. Empty exits are exits that were not asked for. */
export interface Ticket {
  readonly side: Side;
  readonly type: OrderType;
  readonly quantity: string;
  readonly limitPrice: string;
  readonly stopPrice: string;
  readonly trail: string;
  readonly trailUnit: "amount" | "percent";
  readonly timeInForce: TimeInForce;
  readonly expiresOn: string;
  readonly takeProfit: string;
  readonly stopLoss: string;
}

export const NEW_TICKET: Ticket = {
  side: "buy",
  type: "market",
  quantity: "10",
  limitPrice: "",
  stopPrice: "",
  trail: "",
  trailUnit: "percent",
  timeInForce: "day",
  expiresOn: "",
  takeProfit: "",
  stopLoss: "",
};

/** The fields that can be wrong, with a sentence each. Empty when the ticket may be reviewed. */
export type TicketErrors = Partial<Record<PriceField | "quantity" | "trail" | "expiresOn", string>>;
type PriceField = "limitPrice" | "stopPrice" | "takeProfit" | "stopLoss";

const PRICE_NAMES: Record<PriceField, string> = {
  limitPrice: "limit price",
  stopPrice: "stop price",
  takeProfit: "take-profit price",
  stopLoss: "stop-loss price",
};
const LIMITED: readonly OrderType[] = ["limit", "stop_limit"];
const STOPPED: readonly OrderType[] = ["stop", "stop_limit", "market_if_touched"];

export const isLimited = (ticket: Ticket): boolean => LIMITED.includes(ticket.type);
export const isStopped = (ticket: Ticket): boolean => STOPPED.includes(ticket.type);
export const isTrailing = (ticket: Ticket): boolean => ticket.type === "trailing_stop";
/** Exits wait for what an entry buys; a sell has nothing to protect. */
export const canHaveExits = (ticket: Ticket): boolean => ticket.side === "buy" && !isTrailing(ticket);

function quantityError(text: string, lotStep: string): string | null {
  const quantity = parseDecimal(text);
  if (!quantity) return text.trim() === "" ? "Enter a quantity." : "Enter the quantity as a plain number.";
  if (signOf(quantity) <= 0) return "The quantity must be above zero.";
  const step = parseDecimal(lotStep);
  return step && !isMultipleOf(quantity, step) ? `The quantity must be a multiple of ${toPlain(trim(step))}.` : null;
}

function priceError(field: PriceField, text: string, tickText: string): string | null {
  const price = parseDecimal(text);
  if (!price) return text.trim() === "" ? `Enter a ${PRICE_NAMES[field]}.` : "Enter the price as a plain number.";
  if (signOf(price) <= 0) return `The ${PRICE_NAMES[field]} must be above zero.`;
  const tick = parseDecimal(tickText);
  return tick && !isMultipleOf(price, tick) ? `The price must be a multiple of ${toPlain(trim(tick))}.` : null;
}

function trailError(text: string): string | null {
  const trail = parseDecimal(text);
  if (!trail) return text.trim() === "" ? "Enter how far to trail." : "Enter the trail as a plain number.";
  return signOf(trail) <= 0 ? "The trail must be above zero." : null;
}

/** The prices a ticket needs, and those exits that were filled in. */
function pricesOf(ticket: Ticket): PriceField[] {
  const fields: PriceField[] = [];
  if (isLimited(ticket)) fields.push("limitPrice");
  if (isStopped(ticket)) fields.push("stopPrice");
  if (canHaveExits(ticket)) {
    for (const exit of ["takeProfit", "stopLoss"] as const) if (ticket[exit].trim()) fields.push(exit);
  }
  return fields;
}

/** Checks a ticket against the instrument's lot step and tick. */
export function ticketErrors(ticket: Ticket, instrument: Pick<Instrument, "tick" | "lot_step">): TicketErrors {
  const errors: TicketErrors = {};
  const note = (field: keyof TicketErrors, sentence: string | null) => {
    if (sentence) errors[field] = sentence;
  };
  note("quantity", quantityError(ticket.quantity, instrument.lot_step));
  for (const field of pricesOf(ticket)) note(field, priceError(field, ticket[field], instrument.tick));
  if (isTrailing(ticket)) note("trail", trailError(ticket.trail));
  if (ticket.timeInForce === "gtd" && !ticket.expiresOn) note("expiresOn", "Choose the last day.");
  return errors;
}

/** The price the ticket would be valued at: its limit or stop, else the side of the quote it would meet, else the last. */
export function referencePrice(ticket: Ticket, quote: Quote | null): string | null {
  if (isLimited(ticket)) return parseDecimal(ticket.limitPrice) ? ticket.limitPrice : null;
  if (isStopped(ticket)) return parseDecimal(ticket.stopPrice) ? ticket.stopPrice : null;
  return (ticket.side === "buy" ? quote?.ask : quote?.bid) ?? quote?.last ?? null;
}

/** Quantity times reference price before fees, or null while either is missing. */
export function estimatedValue(ticket: Ticket, quote: Quote | null): string | null {
  const quantity = parseDecimal(ticket.quantity);
  const price = parseDecimal(referencePrice(ticket, quote) ?? "");
  return quantity && price ? toPlain(multiply(quantity, price)) : null;
}

/** True when a buy's estimate is above the buying power: a warning, because the server decides. */
export function exceedsBuyingPower(ticket: Ticket, quote: Quote | null, buyingPower: string | null): boolean {
  const estimate = parseDecimal(estimatedValue(ticket, quote) ?? "");
  const power = parseDecimal(buyingPower ?? "");
  return ticket.side === "buy" && estimate !== null && power !== null && compare(estimate, power) > 0;
}

/** A random version 4 UUID; works on plain http too, where crypto.randomUUID does not exist. */
export function newClientOrderId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

interface OrderPlace {
  accountId: string;
  symbol: string;
  clientOrderId: string;
}

const PERCENT = { coefficient: 1n, scale: 2 };

/** A rate as the server takes it: 5 percent is 0.05. */
const rateOf = (percent: string): string => {
  const parsed = parseDecimal(percent);
  return parsed ? toPlain(trim(multiply(parsed, PERCENT))) : percent;
};

function trailOf(ticket: Ticket): Partial<PlaceOrder> {
  if (!isTrailing(ticket)) return {};
  return ticket.trailUnit === "percent" ? { trail_rate: rateOf(ticket.trail) } : { trail_amount: ticket.trail.trim() };
}

function exitsOf(ticket: Ticket): Partial<PlaceOrder> {
  const target = canHaveExits(ticket) ? ticket.takeProfit.trim() : "";
  const stop = canHaveExits(ticket) ? ticket.stopLoss.trim() : "";
  if (!target && !stop) return {};
  return {
    order_class: target && stop ? "bracket" : "oto",
    ...(target && { take_profit: { limit_price: target } }),
    ...(stop && { stop_loss: { stop_price: stop } }),
  };
}

/** The order a ticket without errors asks for. */
export function orderOf(ticket: Ticket, { accountId, symbol, clientOrderId }: OrderPlace): PlaceOrder {
  return {
    account_id: accountId,
    symbol,
    side: ticket.side,
    type: ticket.type,
    quantity: ticket.quantity.trim(),
    time_in_force: ticket.timeInForce,
    client_order_id: clientOrderId,
    ...(isLimited(ticket) && { limit_price: ticket.limitPrice.trim() }),
    ...(isStopped(ticket) && { stop_price: ticket.stopPrice.trim() }),
    ...(ticket.timeInForce === "gtd" && { expires_on: ticket.expiresOn }),
    ...trailOf(ticket),
    ...exitsOf(ticket),
  };
}
