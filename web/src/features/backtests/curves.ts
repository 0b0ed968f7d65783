/** What is derived from a curve for drawing it: falls, rolling figures, two curves at the same instants. Pure. */
import type { RunPeriod, RunPoint } from "../../api/types";
import type { Value } from "../../ui/plots/scale";

export interface Curve {
  /** Milliseconds, rising. */
  readonly at: readonly number[];
  readonly values: readonly Value[];
}

const DAY_MS = 86_400_000;
const YEAR_MS = 365.25 * DAY_MS;

/** The curve of a run's worth at every close. */
export function curveOf(points: readonly Pick<RunPoint, "at" | "equity">[]): Curve {
  return {
    at: points.map(({ at }) => Date.parse(at)),
    values: points.map(({ equity }) => (equity === null ? null : Number(equity))),
  };
}

/** By how much each value stands below the highest so far, a fraction at or below zero. */
export function fallsOf(values: readonly Value[]): Value[] {
  let highest = Number.NEGATIVE_INFINITY;
  return values.map((value) => {
    if (value === null) return null;
    highest = Math.max(highest, value);
    return highest > 0 ? value / highest - 1 : null;
  });
}

/** The last value at or before each instant; null before the first. */
export function asOf({ at, values }: Curve, instants: readonly number[]): Value[] {
  let place = -1;
  return instants.map((instant) => {
    while (place + 1 < at.length && (at[place + 1] ?? 0) <= instant) place += 1;
    return place < 0 ? null : (values[place] ?? null);
  });
}

/** A curve that begins with `start` instead of its own first value. */
export function startingWith(values: readonly Value[], start: number): Value[] {
  const first = values.find((value) => value !== null && value !== 0);
  return values.map((value) =>
    value === null || first === undefined || first === null ? null : (value / first) * start,
  );
}

/** The Sharpe ratio a year of each `window` returns that end at an instant; null before there are so many. */
export function rollingSharpe({ at, values }: Curve, window: number, riskFree = 0): Value[] {
  const [first, last] = [at[0] ?? 0, at.at(-1) ?? 0];
  const years = (last - first) / YEAR_MS;
  const perYear = years > 0 ? (at.length - 1) / years : 252;
  const returns = values.map((value, n) => {
    const before = n > 0 ? values[n - 1] : null;
    return value === null || before === null || before === undefined || before === 0
      ? null
      : value / before - 1 - riskFree / perYear;
  });
  return values.map((_, n) => (n < window ? null : sharpeOf(returns.slice(n - window + 1, n + 1), perYear)));
}

function sharpeOf(returns: readonly Value[], perYear: number): Value {
  const known = returns.filter((value) => value !== null);
  if (known.length < returns.length || known.length < 2) return null;
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  const spread = Math.sqrt(known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (known.length - 1));
  return spread > 1e-12 ? (mean / spread) * Math.sqrt(perYear) : null;
}

/** How many returns a rolling figure looks at: a quarter of a year, or a fifth of a shorter run. */
export const windowOf = (points: number): number => Math.max(5, Math.min(63, Math.floor(points / 5)));

/** A year of months, and what the year came to. */
export interface YearRow {
  readonly year: string;
  /** January first; null where the run has no such month. */
  readonly months: readonly Value[];
  readonly total: Value;
}

/** The months of a run by year. */
export function yearsOf(months: readonly RunPeriod[], years: readonly RunPeriod[]): YearRow[] {
  const totals = new Map(years.map(({ name, rate }) => [name, rate]));
  const found = new Map<string, Value[]>();
  for (const { name, rate } of months) {
    const [year = "", month = "1"] = name.split("-");
    const row = found.get(year) ?? new Array<Value>(12).fill(null);
    row[Number(month) - 1] = rate;
    found.set(year, row);
  }
  return [...found].map(([year, row]) => ({ year, months: row, total: totals.get(year) ?? null }));
}

/** Every instant of several curves once, rising. */
export function instantsOf(curves: readonly Curve[]): number[] {
  return [...new Set(curves.flatMap(({ at }) => at))].sort((one, other) => one - other);
}

/** Which bars to read for a stretch with so many closes, so that at most 5,000 come. */
export function intervalFor(from: string, to: string, frames: number): string {
  const days = Math.max(1, (Date.parse(to) - Date.parse(from)) / DAY_MS);
  if (frames / days <= 2) return "1d";
  const minutes = days * 0.72 * 390;
  if (minutes <= 4_500) return "1m";
  if (minutes <= 4_500 * 5) return "5m";
  return minutes <= 4_500 * 60 ? "1h" : "1d";
}

const DAYS_BY_DAY = 8 * 366;

/** The unit in which the returns of a stretch are counted: there are to be some two thousand at most. */
export function unitOf(from: string, to: string): "day" | "week" {
  return (Date.parse(to) - Date.parse(from)) / DAY_MS > DAYS_BY_DAY ? "week" : "day";
}
