import { describe, expect, it } from "vitest";
import type { Strategy, StrategyParameter, Trial } from "../src/api/types";
import { draftOf, pairsIn, pairsText } from "../src/features/backtests/ask";
import { above, differing, namedIn, overlaid } from "../src/features/backtests/compare";
import { driftOf, numbersIn, stretchesOf } from "../src/features/research/folds";
import { measureNamed, measuresKnown, writtenAs } from "../src/features/research/measures";
import { readRange, searchedIn } from "../src/features/research/ranges";
import { objectivesOf } from "../src/features/research/searching";
import { bestCell, cellsOf, plateau, tintsOf } from "../src/features/research/surface";

const fast: StrategyParameter = {
  name: "fast",
  default: "10",
  said: "a whole number from 1 to 1000",
  at_least: "1",
  at_most: "1000",
  choices: [],
};
const sizing: StrategyParameter = {
  name: "sizing",
  default: "fixed_size",
  said: "one of fixed_size, kelly",
  at_least: null,
  at_most: null,
  choices: ["fixed_size", "kelly"],
};
const strategy: Strategy = {
  name: "sma_cross",
  version: 1,
  kind: "trend_following",
  description: "",
  symbols_least: 1,
  symbols_most: 1,
  parameters: [sizing, fast, { ...fast, name: "slow", default: "30" }],
};

function trial(number: number, parameters: Record<string, unknown>, sharpe: number | null): Trial {
  const others = { total_return: null, cagr: null, volatility: 0.1 * number, max_drawdown: null, calmar: null };
  return { number, parameters, sharpe, ...others, equity_after: null, orders: null, refusals: null, reason: null };
}

describe("what is searched", () => {
  it("is a list, or steps between two numbers, with how many values there are", () => {
    expect(readRange(fast, "5, 10,20")).toEqual({ range: ["5", "10", "20"], count: 3 });
    expect(readRange(fast, "5:50:5")).toEqual({ range: { at_least: "5", at_most: "50", step: "5" }, count: 10 });
    expect(readRange(fast, "5:7")).toEqual({ range: { at_least: "5", at_most: "7", step: "1" }, count: 3 });
    expect(readRange(sizing, "fixed_size, kelly")).toEqual({ range: ["fixed_size", "kelly"], count: 2 });
  });

  it("is refused beside its field where it means nothing", () => {
    for (const text of ["5, many", "50:5:5", "5:50:0", "a:b", "0:5", ","])
      expect(readRange(fast, text)).toHaveProperty("fault");
    for (const text of ["a:b", "kelly, half"]) expect(readRange(sizing, text)).toHaveProperty("fault");
  });

  it("counts its combinations, and keeps apart what has one value", () => {
    const draft = { ...draftOf(strategy, { id: "t", at: "2020-01-03T21:00:00Z" } as never, "AAPL"), values: {} };
    const searched = searchedIn({ ...draft, values: { fast: "5, 10", slow: "50:70:10", sizing: "kelly" } }, strategy);
    expect(searched.combinations).toBe(6);
    expect(searched.values).toEqual({ sizing: "kelly" });
    expect(Object.keys(searched.ranges)).toEqual(["fast", "slow"]);
    expect(searchedIn({ ...draft, values: { fast: "0" } }, strategy).faults).toHaveProperty(["parameters.fast"]);
  });
});

describe("a surface", () => {
  const trials = [
    trial(1, { fast: 5, slow: 50, size: 1 }, 1),
    trial(2, { fast: 5, slow: 50, size: 2 }, 3),
    trial(3, { fast: 10, slow: 50, size: 1 }, null),
    trial(4, { fast: 10, slow: 60, size: 1 }, -1),
  ];
  const axes = { x: "fast", y: "slow", xValues: [5, 10], yValues: [50, 60] };

  it("has the mean or the best of the trials with the same two values, and nothing where there is none", () => {
    expect(cellsOf(trials, { ...axes, fixed: {}, measure: "sharpe", of: "mean" })).toEqual([
      [2, null],
      [null, -1],
    ]);
    expect(cellsOf(trials, { ...axes, fixed: {}, measure: "sharpe", of: "best" })[0]).toEqual([3, null]);
    expect(cellsOf(trials, { ...axes, fixed: { size: "1" }, measure: "sharpe", of: "mean" })[0]).toEqual([1, null]);
  });

  it("of one parameter is one row", () => {
    const row = cellsOf(trials, { ...axes, y: null, yValues: [null], fixed: {}, measure: "sharpe", of: "best" });
    expect(row).toEqual([[3, -1]]);
  });

  it("sinks a lonely peak among its neighbours", () => {
    const cells = [
      [0, 0, 0],
      [0, 9, 0],
      [0, 0, null],
    ];
    expect(plateau(cells)[1]?.[1]).toBeCloseTo(9 / 8);
    expect(plateau(cells)[2]?.[2]).toBeNull();
    expect(plateau(cells)[0]?.[0]).toBeCloseTo(9 / 4);
  });

  it("knows its best cell by the way of the measure, and tints about zero where there is one", () => {
    const cells = [
      [0.1, 0.4],
      [null, 0.2],
    ];
    expect(bestCell(cells, "sharpe")).toEqual([1, 0]);
    expect(bestCell(cells, "volatility")).toEqual([0, 0]);
    expect(bestCell([[null]], "sharpe")).toBeNull();
    expect(tintsOf([[-2, 1]], "sharpe")(-2)).toBe(-1);
    expect([tintsOf([[-2, -1]], "sharpe")(-2), tintsOf([[-2, -1]], "sharpe")(-1)]).toEqual([-1, 0]);
    expect([tintsOf([[1, 2]], "sharpe")(1), tintsOf([[1, 2]], "sharpe")(2)]).toEqual([0, 1]);
    expect(tintsOf(cells, "volatility")(0.1)).toBe(0);
  });

  it("keeps held parameters in the address", () => {
    expect(pairsIn(pairsText({ slow: "50", size: "" }))).toEqual({ slow: "50" });
    expect(pairsText({})).toBeUndefined();
    expect(pairsIn("nonsense")).toEqual({});
  });

  it("shows the Sharpe ratio where the address names no measure it knows", () => {
    expect([measureNamed("cagr"), measureNamed("luck"), measureNamed(undefined)]).toEqual(["cagr", "sharpe", "sharpe"]);
    expect([writtenAs("total_return", 0.4428), writtenAs("orders", 5), writtenAs("sharpe", null)]).toEqual([
      "44.3%",
      "5",
      "—",
    ]);
  });
});

describe("a walk forward", () => {
  const plan = { walk: "rolling", choose_on: 252, trade_on: 126, fold_count: 3 } as const;

  it("lays its folds end to end, the last cut short where the tape ends", () => {
    expect(stretchesOf(plan, 300)).toEqual([
      { number: 1, first: 0, split: 252, stop: 378 },
      { number: 2, first: 126, split: 378, stop: 504 },
      { number: 3, first: 252, split: 504, stop: 552 },
    ]);
    expect(stretchesOf({ ...plan, walk: "anchored" }, 0).map(({ first }) => first)).toEqual([0, 0, 0]);
  });

  it("keeps what was chosen for the sessions it was traded on", () => {
    const fold = (fastest: unknown) => ({ parameters: fastest === null ? null : { fast: fastest } }) as never;
    expect(driftOf([fold(5), fold("20")], "fast", 2, 5)).toEqual([5, 5, 5, 20, 20]);
    expect(driftOf([fold(null), fold("kelly")], "fast", 1, 3)).toEqual([null, null, null]);
    expect(numbersIn({ fast: [5, 10], share: ["0.5"], sizing: ["kelly"], flag: [true] })).toEqual(["fast", "share"]);
  });
});

describe("runs beside each other", () => {
  it("are at most eight, each once", () => {
    expect(namedIn("a,b,a,,c,d,e,f,g,h,i")).toEqual(["a", "b", "c", "d", "e", "f", "g", "h"]);
    expect(namedIn(undefined)).toEqual([]);
  });

  it("begin together, and end where each of them ends", () => {
    const over = overlaid([
      { at: [1, 3], values: [100, 110] },
      { at: [2, 3, 4], values: [50, 50, 100] },
    ]);
    expect(over.at).toEqual([1, 2, 3, 4]);
    expect(over.lines[0]).toEqual([0, 0, 1.1 - 1, null]);
    expect(over.lines[1]).toEqual([null, 0, 0, 1]);
    expect(above(over, 0)[1]).toEqual([null, 0, 0 - (1.1 - 1), null]);
  });

  it("tell only what differs between them", () => {
    const run = (parameters: Record<string, unknown>, symbols = ["AAPL"]) =>
      ({ strategy: "sma_cross", symbols, fill_model: "ideal", mode: "events", cash: "100000", parameters }) as never;
    expect(differing([run({ fast: 5, slow: 50 }), run({ fast: 10, slow: 50 })])).toEqual([
      { name: "fast", values: ["5", "10"] },
    ]);
  });
});

describe("a sweep for its ends alone", () => {
  it("shows and chooses by what an end tells, and by nothing that happened before", () => {
    expect(measuresKnown(true)).toEqual(["total_return", "cagr", "equity_after", "orders", "refusals"]);
    expect(measureNamed("sharpe", measuresKnown(true))).toBe("total_return");
    expect(objectivesOf("end").map(([name]) => name)).toEqual(["total_return", "cagr"]);
    expect(objectivesOf("all")).toHaveLength(5);
  });
});
