/** Surfaces over two parameters. Pure. */
import type { Trial } from "../../api/types";
import { MEASURES, type MeasureName, valueIn } from "./measures";

export type Cells = readonly (readonly (number | null)[])[];

/** Values of other parameters that stay fixed, by name. */
export type Fixed = Readonly<Record<string, string>>;

interface Wanted {
  readonly x: string;
  readonly y: string | null;
  readonly xValues: readonly unknown[];
  readonly yValues: readonly unknown[];
  readonly fixed: Fixed;
  readonly measure: MeasureName;
  readonly of: "mean" | "best";
}

/** The trials that have the fixed values. */
export const trialsWith = (trials: readonly Trial[], fixed: Fixed): Trial[] =>
  trials.filter((trial) => Object.entries(fixed).every(([name, value]) => String(trial.parameters[name]) === value));

/** A measure over two parameters, of the trials with the fixed values: their mean, or the best of them. */
export function cellsOf(trials: readonly Trial[], wanted: Wanted): Cells {
  const { x, y, xValues, yValues, fixed, measure, of } = wanted;
  const found = new Map<string, number[]>();
  for (const trial of trialsWith(trials, fixed)) {
    const value = valueIn(trial, measure);
    if (value === null) continue;
    const key = `${String(trial.parameters[x])}|${y === null ? "" : String(trial.parameters[y])}`;
    found.set(key, [...(found.get(key) ?? []), value]);
  }
  const isLess = MEASURES[measure].better === "less";
  const come = (values: readonly number[]) =>
    of === "mean"
      ? values.reduce((sum, value) => sum + value, 0) / values.length
      : isLess
        ? Math.min(...values)
        : Math.max(...values);
  return yValues.map((yValue) =>
    xValues.map((xValue) => {
      const values = found.get(`${String(xValue)}|${y === null ? "" : String(yValue)}`);
      return values ? come(values) : null;
    }),
  );
}

/** Each cell as the mean of itself and its neighbours: a peak that stands alone sinks, a plateau stays. */
export function plateau(cells: Cells): Cells {
  return cells.map((row, y) =>
    row.map((value, x) => {
      if (value === null) return null;
      const near: number[] = [];
      for (let dy = -1; dy <= 1; dy += 1) {
        for (let dx = -1; dx <= 1; dx += 1) {
          const other = cells[y + dy]?.[x + dx];
          if (other !== null && other !== undefined) near.push(other);
        }
      }
      return near.reduce((sum, each) => sum + each, 0) / near.length;
    }),
  );
}

/** Where the best cell is; null where none is known. */
export function bestCell(cells: Cells, measure: MeasureName): readonly [x: number, y: number] | null {
  let best: readonly [number, number] | null = null;
  let highest = Number.NEGATIVE_INFINITY;
  const way = MEASURES[measure].better === "less" ? -1 : 1;
  cells.forEach((row, y) => {
    row.forEach((value, x) => {
      if (value === null || value * way <= highest) return;
      highest = value * way;
      best = [x, y];
    });
  });
  return best;
}

/**
 * The tint of each value from −1 to 1: about zero where the values lie on both sides of it, and else from the
 * lowest to the highest, below zero where the measure has a zero and all of them are.
 */
export function tintsOf(cells: Cells, measure: MeasureName): (value: number) => number {
  const known = cells.flat().filter((value) => value !== null);
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const { hasZero } = MEASURES[measure];
  if (hasZero && low < 0 && high > 0) {
    const most = Math.max(-low, high);
    return (value) => value / most;
  }
  if (high === low) return () => (hasZero && high < 0 ? -0.5 : 0.5);
  return hasZero && high <= 0 ? (value) => (value - high) / (high - low) : (value) => (value - low) / (high - low);
}
