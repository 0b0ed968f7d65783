import { describe, expect, it } from "vitest";
import { keys } from "../src/api/keys";
import { backoffMs, type Frame, onFrame, readFrame, START, startAt } from "../src/api/streamReducer";

function event(seq: number, name: string): Frame {
  const payload = { side: "buy", quantity: "10", symbol: "AAPL" };
  return { topic: "account", id: "a1", seq, event: name, at: "2015-01-05T21:00:00Z", payload };
}

const invalidated = (frame: Frame, seen: number) =>
  onFrame(startAt(START, "a1", seen), frame)[1].flatMap((effect) => (effect.kind === "invalidate" ? [effect.key] : []));

describe("stream reducer", () => {
  it("ignores an event it has seen", () => {
    expect(onFrame(startAt(START, "a1", 5), event(5, "order_filled"))).toEqual([{ seen: { a1: 5 } }, []]);
  });

  it("invalidates only what an accepted order can change", () => {
    expect(invalidated(event(6, "order_accepted"), 5)).toEqual([
      keys.orders("a1"),
      keys.summary("a1"),
      keys.positions("a1"),
    ]);
  });

  it("invalidates the whole account on a fill, and on an event it does not know", () => {
    expect(invalidated(event(6, "order_filled"), 5)).toEqual([keys.account("a1")]);
    expect(invalidated(event(6, "split_applied"), 5)).toEqual([keys.account("a1")]);
  });

  it("reads the whole account again after a gap", () => {
    expect(invalidated(event(9, "order_accepted"), 5)).toEqual([keys.account("a1")]);
  });

  it("remembers where to resume and never goes back", () => {
    const [position] = onFrame(startAt(START, "a1", 5), event(6, "order_accepted"));
    expect(startAt(position, "a1", 3).seen).toEqual({ a1: 6 });
  });

  it("announces orders in words and nothing else", () => {
    const [, effects] = onFrame(START, event(1, "order_filled"));
    expect(effects).toContainEqual({ kind: "announce", sentence: "Order filled: buy 10 AAPL" });
    expect(onFrame(START, event(1, "cash_transferred"))[1].some((effect) => effect.kind === "announce")).toBe(false);
  });

  it("takes only frames it knows", () => {
    expect(readFrame("{")).toBeNull();
    expect(readFrame('{"topic":"weather"}')).toBeNull();
    expect(readFrame('{"topic":"system","event":"heartbeat"}')).toEqual({ topic: "system", event: "heartbeat" });
  });

  it("backs off with jitter up to fifteen seconds", () => {
    expect([backoffMs(0, 0), backoffMs(0, 1), backoffMs(50, 1)]).toEqual([125, 500, 15_000]);
  });

  it("tells that jobs have moved, whatever moved", () => {
    const frame = readFrame('{"topic":"jobs","id":null,"seq":2,"after":1,"jobs":[],"gone":["j1"]}');
    expect(frame && onFrame(START, frame)[1]).toEqual([{ kind: "jobs_moved" }]);
  });
});
