/** The figures of a run: what each is called, how it is written, and whether more is better. */
import type { BacktestResults } from "../../api/types";
import { figure, money, percent } from "../../lib/format";

type Kind = "rate" | "ratio" | "count" | "days" | "money";

interface Measure {
  readonly name: string;
  readonly title: string;
  readonly kind: Kind;
  /** Which way is better; null where neither is. */
  readonly better: "more" | "less" | null;
}

const measure = (name: string, title: string, kind: Kind, better: Measure["better"]): Measure => ({
  name,
  title,
  kind,
  better,
});

/** In groups, as the report lists them. */
export const MEASURES: Readonly<Record<string, readonly Measure[]>> = {
  Return: [
    measure("total_return", "Total return", "rate", "more"),
    measure("cagr", "Growth a year", "rate", "more"),
    measure("simple_annual", "Simple return a year", "rate", "more"),
    measure("benchmark_return", "Benchmark's return", "rate", null),
    measure("alpha", "Alpha a year", "rate", "more"),
    measure("beta", "Beta", "ratio", null),
    measure("exposure", "Time invested", "rate", null),
  ],
  Risk: [
    measure("sharpe", "Sharpe ratio", "ratio", "more"),
    measure("sortino", "Sortino ratio", "ratio", "more"),
    measure("calmar", "Calmar ratio", "ratio", "more"),
    measure("volatility", "Volatility a year", "rate", "less"),
    measure("max_drawdown", "Deepest fall", "rate", "more"),
    measure("max_drawdown_days", "Days of that fall", "days", "less"),
    measure("var_95", "Value at risk, 95%", "rate", "more"),
    measure("es_95", "Expected shortfall, 95%", "rate", "more"),
    measure("risk_of_ruin", "Risk of ruin", "rate", "less"),
  ],
  "Round trips": [
    measure("round_trips", "Closed", "count", null),
    measure("win_rate", "Won", "rate", "more"),
    measure("profit_factor", "Profit factor", "ratio", "more"),
    measure("payoff", "Average win to loss", "ratio", "more"),
    measure("expectancy", "Average gain", "money", "more"),
    measure("average_win", "Average win", "money", "more"),
    measure("average_loss", "Average loss", "money", "less"),
    measure("largest_win", "Largest win", "money", "more"),
    measure("largest_loss", "Largest loss", "money", "less"),
    measure("longest_wins", "Most wins in a row", "count", "more"),
    measure("longest_losses", "Most losses in a row", "count", "less"),
    measure("average_days", "Average days held", "days", null),
  ],
};

/** A figure as it is written. */
export function written(kind: Kind, value: number | null | undefined): string {
  switch (kind) {
    case "rate":
      return percent(value);
    case "ratio":
      return figure(value);
    case "count":
      return figure(value, 0);
    case "days":
      return figure(value, 1);
    case "money":
      return typeof value === "number" ? money(value.toFixed(2)) : money(null);
  }
}

/** A reason of the server as a sentence. */
export function sentence(reason: string | undefined, without = "It was not measured."): string {
  return reason ? `${reason.charAt(0).toUpperCase()}${reason.slice(1)}.` : without;
}

type Told = Pick<BacktestResults, "figures" | "reasons">;

/** Why a figure is missing, in a sentence; null when it is there. */
export function reasonOf({ figures, reasons }: Told, name: string): string | null {
  if (typeof figures[name] === "number") return null;
  return sentence(reasons[name] ?? reasons.total_return);
}

/** Which of several values is the best one; null when none is known or all are the same. */
export function bestOf(values: readonly (number | null | undefined)[], better: Measure["better"]): number | null {
  const known = values.filter((value) => typeof value === "number");
  if (better === null || known.length < 2 || new Set(known).size < 2) return null;
  return better === "more" ? Math.max(...known) : Math.min(...known);
}
