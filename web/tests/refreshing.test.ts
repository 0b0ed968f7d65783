import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Refreshing } from "../src/api/refreshing";

/** A page that shows one list, and a server whose every answer waits to be let go. */
function watched() {
  const cache = new QueryClient({ defaultOptions: { queries: { staleTime: 60_000 } } });
  const asked: ((answer: string) => void)[] = [];
  const queryFn = () => new Promise<string>((answer) => asked.push(answer));
  const observer = new QueryObserver(cache, { queryKey: ["account", "1", "fills"], queryFn });
  const stop = observer.subscribe(() => {});
  return { cache, asked, shown: () => observer.getCurrentResult().data, stop };
}

const settle = (ms = 0) => vi.advanceTimersByTimeAsync(ms);

describe("what an event made untrue", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("is asked again at once when it was read before", async () => {
    const { cache, asked, shown, stop } = watched();
    asked[0]?.("no fill");
    await settle();
    new Refreshing(cache).now(["account", "1"]);
    expect(asked).toHaveLength(2);
    asked[1]?.("a fill");
    await settle();
    expect(shown()).toBe("a fill");
    stop();
  });

  it("is asked again after a first answer that was under way", async () => {
    const { cache, asked, shown, stop } = watched();
    new Refreshing(cache).now(["account", "1"]);
    await settle(1_000);
    expect(asked).toHaveLength(1);
    asked[0]?.("no fill");
    await settle(1_000);
    expect(asked).toHaveLength(2);
    asked[1]?.("a fill");
    await settle(1_000);
    expect(shown()).toBe("a fill");
    expect(asked).toHaveLength(2);
    stop();
  });

  it("is asked once per interval when it moves all the time", async () => {
    const { cache, asked, stop } = watched();
    asked[0]?.("10");
    await settle();
    const refreshing = new Refreshing(cache);
    for (let frame = 0; frame < 100; frame++) refreshing.soon(["account", "1"], 250);
    await settle(300);
    expect(asked).toHaveLength(2);
    stop();
  });

  it("is not asked for a session that has ended", async () => {
    const { cache, asked, stop } = watched();
    asked[0]?.("10");
    await settle();
    const refreshing = new Refreshing(cache);
    refreshing.soon(["account", "1"], 250);
    refreshing.stop();
    await settle(1_000);
    expect(asked).toHaveLength(1);
    stop();
  });
});
