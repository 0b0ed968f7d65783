import { describe, expect, it } from "vitest";
import { ApiProblem } from "../src/api/problems";
import type { Backtest, Strategy, Tape } from "../src/api/types";
import {
  type Draft,
  draftFrom,
  draftOf,
  faultOf,
  faultsIn,
  faultsInValues,
  faultsOf,
  requestOf,
  symbolsOf,
  valuesOf,
} from "../src/features/backtests/ask";
import {
  asOf,
  fallsOf,
  instantsOf,
  intervalFor,
  rollingSharpe,
  startingWith,
  unitOf,
  yearsOf,
} from "../src/features/backtests/curves";
import { nextOf } from "../src/features/backtests/download";
import { bestOf, reasonOf, written } from "../src/features/backtests/figures";

const crossing: Strategy = {
  name: "sma_cross",
  version: 1,
  kind: "trend_following",
  description: "",
  symbols_least: 1,
  symbols_most: 1,
  parameters: [
    {
      name: "sizing",
      default: "fixed_size",
      said: "one of fixed_size, kelly",
      at_least: null,
      at_most: null,
      choices: ["fixed_size", "kelly"],
    },
    { name: "fast", default: "10", said: "a whole number from 1 to 1000", at_least: "1", at_most: "1000", choices: [] },
    { name: "share", default: "0.5", said: "a number from 0.01 to 1", at_least: "0.01", at_most: "1", choices: [] },
    { name: "is_short", default: "false", said: "true or false", at_least: null, at_most: null, choices: [] },
  ],
};
const tape = { id: "t1", at: "2020-01-03T21:00:00Z" } as Tape;
const draft: Draft = draftOf(crossing, tape, "AAPL");
const problem = (code: string, facts: Record<string, unknown> = {}) =>
  new ApiProblem(422, code, `Said ${code}.`, null, facts);

describe("asking for a backtest", () => {
  it("starts five years before the tape's clock", () => {
    expect([draft.from, draft.to, draft.symbols]).toEqual(["2015-01-02", "", "AAPL"]);
  });

  it("sends what was typed and differs, in the kinds the strategy declares", () => {
    const typed = { ...draft, values: { sizing: "fixed_size", fast: " 20 ", is_short: "true" } };
    expect(valuesOf(typed, crossing)).toEqual({ fast: "20", is_short: true });
    const body = requestOf(typed, valuesOf(typed, crossing));
    expect(body.symbols).toEqual(["AAPL"]);
    expect([body.starts_at, body.ends_at]).toEqual(["2015-01-02T05:00:00Z", null]);
    expect(body.benchmark).toBeNull();
  });

  it("asks for the very instants of the run it begins like, until a day is changed", () => {
    const run = {
      ...draft,
      parameters: {},
      symbols: ["AAPL"],
      tape_id: "t1",
      fees: "per_share",
      risk_free: "0",
      close_at_end: true,
    };
    const came = { began_at: "2016-01-04T21:00:00Z", ended_at: "2018-06-29T20:00:00Z" };
    const like = draftFrom({ ...run, bar_path: "optimistic" } as unknown as Backtest, came, draft);
    expect([like.from, like.to, like.fees]).toEqual(["2016-01-04", "2018-06-29", "per_share"]);
    expect(requestOf(like, {})).toMatchObject({ starts_at: came.began_at, ends_at: came.ended_at });
    expect(requestOf(like, {})).toMatchObject({ bar_path: "optimistic", close_at_end: true });
    expect(requestOf({ ...like, from: "2016-02-01" }, {}).starts_at).toBe("2016-02-01T05:00:00Z");
  });

  it("reads symbols with commas, spaces and small letters", () => {
    expect(symbolsOf(" aapl, msft  brk-b;")).toEqual(["AAPL", "MSFT", "BRK-B"]);
  });

  it("says beside a parameter what it may be", () => {
    const [, fast, share] = crossing.parameters;
    if (!fast || !share) throw new Error("the strategy lost its parameters");
    expect(faultOf(fast, "0")).toBe("It must be a whole number from 1 to 1000.");
    expect(faultOf(fast, "2.5")).toBe("It must be a whole number from 1 to 1000.");
    expect(faultOf(fast, "2.0")).toBeNull();
    expect(faultOf(share, "1.01")).not.toBeNull();
    expect(Object.keys(faultsInValues({ ...draft, values: { fast: "none" } }, crossing))).toEqual(["parameters.fast"]);
  });

  it("says what is missing before the server is asked", () => {
    const faults = faultsIn({ ...draft, name: " ", symbols: "A, B", to: "2014-01-01", cash: "much" }, crossing);
    expect(Object.keys(faults).sort()).toEqual(["cash", "name", "symbols", "to"]);
    expect(faultsIn(draft, crossing)).toEqual({});
  });

  it("leads a refusal back to the field it means", () => {
    expect(faultsOf(problem("parameter_out_of_range", { parameter: "fast" }), draft)).toEqual({
      "parameters.fast": "Said parameter_out_of_range.",
    });
    expect(faultsOf(problem("unknown_symbol", { symbol: "AAPL" }), draft)).toHaveProperty("symbols");
    expect(faultsOf(problem("unknown_symbol", { symbol: "SPY" }), { ...draft, benchmark: "spy" })).toHaveProperty(
      "benchmark",
    );
    expect(faultsOf(problem("not_expressible"), draft)).toHaveProperty("mode");
    expect(faultsOf(problem("quota_reached"), draft)).toEqual({ form: "Said quota_reached." });
    const shape = problem("malformed_request", {
      fields: [
        { field: "cash", reason: "No number." },
        { field: "seed", reason: "Odd." },
      ],
    });
    expect(faultsOf(shape, draft)).toEqual({ cash: "No number.", form: "Odd." });
    expect(faultsOf(null, draft)).toEqual({});
  });
});

describe("what is derived from a curve", () => {
  it("falls from the highest so far", () => {
    expect(fallsOf([100, 120, 90, null, 120])).toEqual([0, 0, -0.25, null, 0]);
  });

  it("is read as of instants between, and missing before the first", () => {
    expect(asOf({ at: [10, 20], values: [1, 2] }, [5, 10, 19, 25])).toEqual([null, 1, 1, 2]);
    expect(
      instantsOf([
        { at: [3, 1], values: [] },
        { at: [2, 3], values: [] },
      ]),
    ).toEqual([1, 2, 3]);
  });

  it("begins where another one does", () => {
    expect(startingWith([null, 50, 75], 100)).toEqual([null, 100, 150]);
  });

  it("has a rolling ratio from the first full window on, and none where nothing differs", () => {
    const at = Array.from({ length: 8 }, (_, n) => n * 86_400_000);
    const rolling = rollingSharpe({ at, values: [100, 101, 103, 104, 104, 104, 104, 104] }, 3);
    expect(rolling.slice(0, 3)).toEqual([null, null, null]);
    expect(rolling[3]).toBeGreaterThan(0);
    expect(rolling[7]).toBeNull();
  });

  it("puts months under their year", () => {
    const period = (name: string, rate: number | null) => ({
      name,
      rate,
      began_at: "",
      ended_at: "",
      equity: null,
      gain: null,
      round_trips: 0,
      round_trip_gain: "0",
    });
    const [year] = yearsOf([period("2015-02", 0.1), period("2015-12", null)], [period("2015", 0.3)]);
    expect([year?.months[1], year?.months[0], year?.months[11], year?.total]).toEqual([0.1, null, null, 0.3]);
  });

  it("counts the returns of a long run by weeks", () => {
    expect(unitOf("2015-01-01T00:00:00Z", "2020-01-01T00:00:00Z")).toBe("day");
    expect(unitOf("1990-01-01T00:00:00Z", "2020-01-01T00:00:00Z")).toBe("week");
  });

  it("reads days where a run has one close a day, and minutes where it has many", () => {
    expect(intervalFor("2015-01-01T00:00:00Z", "2020-01-01T00:00:00Z", 1_260)).toBe("1d");
    expect(intervalFor("2025-06-02T20:00:00Z", "2025-06-03T20:00:00Z", 390)).toBe("1m");
  });
});

describe("figures", () => {
  it("are written by their kind, and missing ones say why", () => {
    expect(written("rate", -0.13898)).toBe("−13.90%");
    expect(written("money", 1630.869)).toBe("1,630.87");
    expect(written("ratio", null)).toBe("—");
    expect(reasonOf({ figures: { sharpe: null }, reasons: { sharpe: "the returns do not differ" } }, "sharpe")).toBe(
      "The returns do not differ.",
    );
    expect(reasonOf({ figures: { sharpe: 1 }, reasons: {} }, "sharpe")).toBeNull();
  });

  it("have a best one only where they differ and a way is better", () => {
    expect(bestOf([1, 3, null], "more")).toBe(3);
    expect(bestOf([1, 3], "less")).toBe(1);
    expect(bestOf([2, 2], "more")).toBeNull();
    expect(bestOf([1, 3], null)).toBeNull();
  });
});

describe("a list as a file", () => {
  it("goes on where the Link header points, and ends without one", () => {
    expect(nextOf('</v1/backtests/1/equity?limit=500&cursor=abc>; rel="next"')).toBe(
      "/v1/backtests/1/equity?limit=500&cursor=abc",
    );
    expect(nextOf(null)).toBeNull();
  });
});
