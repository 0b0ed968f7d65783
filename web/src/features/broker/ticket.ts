/** What makes a ticket sendable, decided before the server is asked. The server decides again. */
import type { Instrument, OrderType, PlaceOrder, Quote, Side, TimeInForce } from "../../api/types";
import { compare, isMultipleOf, multiply, parseDecimal, signOf, toPlain, trim } from "../../lib/decimal";

/** What the form holds: text as typed. */
export interface Ticket {
  readonly side: Side;
  readonly type: OrderType;
  readonly quantity: string;
  readonly limitPrice: string;
  readonly timeInForce: TimeInForce;
}

export const NEW_TICKET: Ticket = { side: "buy", type: "market", quantity: "10", limitPrice: "", timeInForce: "day" };

/** Sentences beside the fields they are about. Empty when the ticket may be reviewed. */
export interface TicketErrors {
  quantity?: string;
  limitPrice?: string;
}

function quantityError(text: string, lotStep: string): string | null {
  const quantity = parseDecimal(text);
  if (!quantity) return text.trim() === "" ? "Enter a quantity." : "Enter the quantity as a plain number.";
  if (signOf(quantity) <= 0) return "The quantity must be above zero.";
  const step = parseDecimal(lotStep);
  return step && !isMultipleOf(quantity, step) ? `The quantity must be a multiple of ${toPlain(trim(step))}.` : null;
}

function limitError(text: string, tickText: string): string | null {
  const limit = parseDecimal(text);
  if (!limit) return text.trim() === "" ? "Enter a limit price." : "Enter the price as a plain number.";
  if (signOf(limit) <= 0) return "The limit price must be above zero.";
  const tick = parseDecimal(tickText);
  return tick && !isMultipleOf(limit, tick) ? `The price must be a multiple of ${toPlain(trim(tick))}.` : null;
}

/** Checks a ticket against the instrument's lot step and tick. */
export function ticketErrors(ticket: Ticket, instrument: Pick<Instrument, "tick" | "lot_step">): TicketErrors {
  const errors: TicketErrors = {};
  const quantity = quantityError(ticket.quantity, instrument.lot_step);
  if (quantity) errors.quantity = quantity;
  const limit = ticket.type === "limit" ? limitError(ticket.limitPrice, instrument.tick) : null;
  if (limit) errors.limitPrice = limit;
  return errors;
}

/** The price the ticket would be valued at: its limit, else the side of the quote it would meet, else the last. */
export function referencePrice(ticket: Ticket, quote: Quote | null): string | null {
  if (ticket.type === "limit") return parseDecimal(ticket.limitPrice) ? ticket.limitPrice : null;
  return (ticket.side === "buy" ? quote?.ask : quote?.bid) ?? quote?.last ?? null;
}

/** Quantity times reference price before fees, or null while either is missing. */
export function estimatedValue(ticket: Ticket, quote: Quote | null): string | null {
  const quantity = parseDecimal(ticket.quantity);
  const price = parseDecimal(referencePrice(ticket, quote) ?? "");
  return quantity && price ? toPlain(multiply(quantity, price)) : null;
}

/** True when a buy's estimate is above the buying power: a warning, because the server decides. */
export function exceedsBuyingPower(ticket: Ticket, quote: Quote | null, buyingPower: string): boolean {
  const estimate = parseDecimal(estimatedValue(ticket, quote) ?? "");
  const power = parseDecimal(buyingPower);
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

/** The order a ticket without errors asks for. */
export function orderOf(ticket: Ticket, { accountId, symbol, clientOrderId }: OrderPlace): PlaceOrder {
  const order: PlaceOrder = {
    account_id: accountId,
    symbol,
    side: ticket.side,
    type: ticket.type,
    quantity: ticket.quantity.trim(),
    time_in_force: ticket.timeInForce,
    client_order_id: clientOrderId,
  };
  return ticket.type === "limit" ? { ...order, limit_price: ticket.limitPrice.trim() } : order;
}
