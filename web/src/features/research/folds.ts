/** The folds of a walk forward in sessions, and what they chose over time. Pure. */
import type { Fold, WalkForward } from "../../api/types";
import type { Value } from "../../ui/plots/scale";

/** Numbers of sessions: chosen on from `first` to `split`, traded from there to `stop`. */
export interface Stretch {
  readonly number: number;
  readonly first: number;
  readonly split: number;
  readonly stop: number;
}

type Plan = Pick<WalkForward, "walk" | "choose_on" | "trade_on" | "fold_count">;

/** Where each fold stands. `traded` is how many sessions were traded in all, which cuts the last fold short. */
export function stretchesOf(
  { walk, choose_on: choose, trade_on: trade, fold_count: count }: Plan,
  traded: number,
): Stretch[] {
  return Array.from({ length: count }, (_, n) => {
    const split = n * trade + choose;
    const stop = traded > 0 ? Math.min(split + trade, choose + Math.max(traded, n * trade + 1)) : split + trade;
    return { number: n + 1, first: walk === "anchored" ? 0 : n * trade, split, stop };
  });
}

/** The value that a parameter had at every point of the curve that was traded; null where it is no number. */
export function driftOf(folds: readonly Fold[], name: string, tradeOn: number, points: number): Value[] {
  return Array.from({ length: points }, (_, n) => {
    const fold = folds[Math.min(folds.length - 1, Math.floor(Math.max(0, n - 1) / tradeOn))];
    const value = fold?.parameters?.[name];
    const number = value === undefined || value === null || value === "" ? Number.NaN : Number(value);
    return Number.isFinite(number) ? number : null;
  });
}

/** The parameters that are searched and have numbers as values. */
export const numbersIn = (axes: Readonly<Record<string, readonly unknown[]>>): string[] =>
  Object.entries(axes)
    .filter(([, values]) => values.every((value) => typeof value !== "boolean" && Number.isFinite(Number(value))))
    .map(([name]) => name);
