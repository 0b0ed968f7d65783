/** The measures of a trial: what each is called, how it is written, and which way is better. */
import type { Trial } from "../../api/types";
import { figure, money, percent } from "../../lib/format";

export const MEASURES = {
  sharpe: { title: "Sharpe ratio", kind: "ratio", better: "more", hasZero: true },
  total_return: { title: "Total return", kind: "rate", better: "more", hasZero: true },
  cagr: { title: "Growth a year", kind: "rate", better: "more", hasZero: true },
  calmar: { title: "Calmar ratio", kind: "ratio", better: "more", hasZero: true },
  volatility: { title: "Volatility a year", kind: "rate", better: "less", hasZero: false },
  max_drawdown: { title: "Deepest fall", kind: "rate", better: "more", hasZero: false },
  equity_after: { title: "Equity at the end", kind: "money", better: "more", hasZero: false },
  orders: { title: "Orders", kind: "count", better: "less", hasZero: false },
  refusals: { title: "Refusals", kind: "count", better: "less", hasZero: false },
} as const;

export type MeasureName = keyof typeof MEASURES;

/** The measures that need to know what happened before the end. */
const OF_THE_WAY: ReadonlySet<MeasureName> = new Set(["sharpe", "calmar", "volatility", "max_drawdown"]);

/** The measures that trials have; of ends alone, those that an end tells. */
export const measuresKnown = (onlyEnd: boolean): MeasureName[] =>
  (Object.keys(MEASURES) as MeasureName[]).filter((name) => !(onlyEnd && OF_THE_WAY.has(name)));

/** The measure that an address names, or the first of those that there are. */
export const measureNamed = (name: string | undefined, known = measuresKnown(false)): MeasureName =>
  known.find((each) => each === name) ?? known[0] ?? "total_return";

/** A trial's value of a measure as a float, for colour and order only; null when it cannot be said. */
export function valueIn(trial: Trial, name: MeasureName): number | null {
  const value = trial[name];
  if (value === null) return null;
  return typeof value === "string" ? Number(value) : value;
}

/** A value of a measure as it is written. */
export function writtenAs(name: MeasureName, value: number | null): string {
  switch (MEASURES[name].kind) {
    case "ratio":
      return figure(value);
    case "rate":
      return percent(value, 1);
    case "count":
      return figure(value, 0);
    case "money":
      return value === null ? figure(null) : money(value.toFixed(2));
  }
}
