import { describe, expect, it } from "vitest";
import type { Trial } from "../src/api/types";
import { delaySaid } from "../src/features/research/against/delays";
import { axesOf, isWithin, rangesIn, rangesText } from "../src/features/research/parallel";

const trial = (parameters: Record<string, unknown>, sharpe: number | null): Trial =>
  ({ number: 1, parameters, sharpe, total_return: null }) as unknown as Trial;

describe("trials over all parameters", () => {
  const axes = axesOf({ fast: [5, 10], sizing: ["kelly", "fixed_size"] }, ["sharpe", "sharpe"]);

  it("stand on an axis for each parameter and each measure once, words in the order they were given", () => {
    expect(axes.map(({ name }) => name)).toEqual(["fast", "sizing", "by.sharpe"]);
    const one = trial({ fast: "10", sizing: "fixed_size" }, 1.25);
    expect(axes.map((axis) => axis.at(one))).toEqual([10, 1, 1.25]);
    expect([axes[0]?.say(10), axes[1]?.say(1), axes[2]?.say(1.25)]).toEqual(["10", "fixed_size", "1.25"]);
  });

  it("lie within when every range holds them, and without a value within none", () => {
    const one = trial({ fast: 10, sizing: "kelly" }, null);
    expect(isWithin(one, axes, {})).toBe(true);
    expect(isWithin(one, axes, { fast: [5, 10], sizing: [0, 0] })).toBe(true);
    expect(isWithin(one, axes, { fast: [5, 9] })).toBe(false);
    expect(isWithin(one, axes, { "by.sharpe": [-9, 9] })).toBe(false);
  });

  it("are kept by ranges that stand in an address", () => {
    const ranges = { fast: [5, 10], "by.sharpe": [-0.5, 1.25] } as const;
    expect(rangesText(ranges)).toBe("fast:5:10,by.sharpe:-0.5:1.25");
    expect(rangesIn(rangesText(ranges))).toEqual(ranges);
    expect([rangesText({}), rangesIn("fast:x:1,:1:2,slow"), rangesIn(undefined)]).toEqual([undefined, {}, {}]);
  });
});

describe("orders on both sides", () => {
  it("are apart by their two greatest units", () => {
    expect([0, 59.6, 3600, -90_061].map(delaySaid)).toEqual(["at once", "1 min", "1 h", "\u22121 d 1 h"]);
  });
});
