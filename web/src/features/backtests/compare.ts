/** Several runs beside each other. Pure. */
import type { Backtest } from "../../api/types";
import type { Value } from "../../ui/plots/scale";
import { asOf, type Curve, curveOf, instantsOf, startingWith } from "./curves";
import type { Compared } from "./queries";

export const COMPARED_MAX = 8;

/** The runs that an address names: at most eight, each once. */
export function namedIn(runs: string | undefined): string[] {
  return [...new Set((runs ?? "").split(",").filter((id) => id !== ""))].slice(0, COMPARED_MAX);
}

/** Curves at the same instants, each in percent of its beginning. */
export interface Overlaid {
  readonly at: readonly number[];
  readonly lines: readonly (readonly Value[])[];
}

/** Every curve at every instant that any of them has: before its beginning and after its end a run has no value. */
export function overlaid(curves: readonly Curve[]): Overlaid {
  const at = instantsOf(curves);
  const lines = curves.map((curve) => {
    const last = curve.at.at(-1) ?? Number.NEGATIVE_INFINITY;
    const values = startingWith(asOf(curve, at), 1);
    return values.map((value, n) => (value === null || (at[n] ?? 0) > last ? null : value - 1));
  });
  return { at, lines };
}

/** The curves of runs. */
export const curvesOf = (runs: readonly Compared[]): Curve[] => runs.map(({ points }) => curveOf(points));

/** By how much each line stands above another one; nothing where either is missing. */
export function above({ lines }: Overlaid, against: number): Value[][] {
  const base = lines[against] ?? [];
  return lines.map((line) =>
    line.map((value, n) => {
      const other = base[n];
      return value === null || other === null || other === undefined ? null : value - other;
    }),
  );
}

/** What differs between runs: the terms and parameters that are not the same in all of them. */
export function differing(runs: readonly Backtest[]): { name: string; values: string[] }[] {
  const terms = runs.map((run) => ({
    strategy: run.strategy,
    symbols: run.symbols.join(", "),
    fill_model: run.fill_model,
    mode: run.mode,
    cash: run.cash,
    ...Object.fromEntries(Object.entries(run.parameters).map(([name, value]) => [name, String(value)])),
  })) as Record<string, string>[];
  const names = [...new Set(terms.flatMap((each) => Object.keys(each)))];
  return names
    .map((name) => ({ name, values: terms.map((each) => each[name] ?? "—") }))
    .filter(({ values }) => new Set(values).size > 1);
}
