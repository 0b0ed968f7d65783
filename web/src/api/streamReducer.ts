/**
 * What a frame of the stream means, as a pure function: which cached answers it makes untrue, and
 * where to resume after a break. No sockets and no cache here, so it is tested without either.
 */
import { keys } from "./keys";
import type { Tape } from "./types";

/** A frame the server may send. Unknown events of a known topic are still frames. */
export type Frame =
  | { topic: "account"; id: string; seq: number; event: string; at: string; payload: Record<string, unknown> }
  | { topic: "tape"; id: string; tape: Tape }
  | { topic: "jobs"; seq: number }
  | { topic: "system"; event: string; code?: string; detail?: string };

/** Highest account sequence seen, by account id: what `after` names on resuming. */
export interface StreamPosition {
  readonly seen: Readonly<Record<string, number>>;
}

export type Effect =
  | { kind: "invalidate"; key: readonly string[] }
  | { kind: "patch_tape"; tape: Tape }
  | { kind: "jobs_moved" }
  | { kind: "announce"; sentence: string };

export const START: StreamPosition = { seen: {} };

/** Reads one text frame; null when it is not one of ours. */
export function readFrame(text: string): Frame | null {
  try {
    const frame: unknown = JSON.parse(text);
    const known = typeof frame === "object" && frame !== null && "topic" in frame;
    return known && ["account", "tape", "jobs", "system"].includes(String(frame.topic)) ? (frame as Frame) : null;
  } catch {
    return null;
  }
}

/** Starts an account at the sequence its REST answer was read at; never goes back. */
export function startAt(position: StreamPosition, accountId: string, seq: number): StreamPosition {
  const seen = Math.max(position.seen[accountId] ?? 0, seq);
  return { seen: { ...position.seen, [accountId]: seen } };
}

const WORKING_ORDERS = new Set(["order_accepted", "order_cancelled", "order_expired", "order_rejected"]);

function keysTouchedBy(event: string, accountId: string): (readonly string[])[] {
  // Holds change buying power, so every order event touches the summary.
  if (WORKING_ORDERS.has(event)) {
    return [keys.orders(accountId), keys.summary(accountId), keys.positions(accountId)];
  }
  if (event === "cash_transferred") return [keys.summary(accountId), keys.ledger(accountId), keys.equity(accountId)];
  return [keys.account(accountId)];
}

const SENTENCES: Readonly<Record<string, string>> = {
  order_accepted: "Order accepted",
  order_filled: "Order filled",
  order_partially_filled: "Order partially filled",
  order_cancelled: "Order cancelled",
  order_expired: "Order expired",
  order_rejected: "Order rejected",
};

function sentenceFor(event: string, payload: Record<string, unknown>): string | null {
  const opening = SENTENCES[event];
  if (!opening) return null;
  const words = [payload.side, payload.quantity, payload.symbol].filter((word) => typeof word === "string");
  return words.length > 0 ? `${opening}: ${words.join(" ")}` : opening;
}

type AccountFrame = Extract<Frame, { topic: "account" }>;

function onAccount(position: StreamPosition, frame: AccountFrame): [StreamPosition, Effect[]] {
  const last = position.seen[frame.id];
  if (last !== undefined && frame.seq <= last) return [position, []];
  const isGap = last !== undefined && frame.seq > last + 1;
  const touched = isGap ? [keys.account(frame.id)] : keysTouchedBy(frame.event, frame.id);
  const effects: Effect[] = touched.map((key) => ({ kind: "invalidate", key }));
  const sentence = sentenceFor(frame.event, frame.payload ?? {});
  if (sentence) effects.push({ kind: "announce", sentence });
  return [{ seen: { ...position.seen, [frame.id]: frame.seq } }, effects];
}

/** The new position and what to do about one frame. Frames seen before have no effect. */
export function onFrame(position: StreamPosition, frame: Frame): [StreamPosition, Effect[]] {
  if (frame.topic === "account") return onAccount(position, frame);
  if (frame.topic === "tape") return [position, [{ kind: "patch_tape", tape: frame.tape }]];
  if (frame.topic === "jobs") return [position, [{ kind: "jobs_moved" }]];
  return [position, []];
}

/** Milliseconds to wait before the given attempt (from 0): full jitter, at most 15 s. */
export function backoffMs(attempt: number, random: number): number {
  const ceiling = Math.min(15_000, 500 * 2 ** Math.min(attempt, 10));
  return Math.round(ceiling / 4 + random * ceiling * 0.75);
}
