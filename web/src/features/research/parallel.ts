/** Every trial of a sweep over all its parameters and some of its measures, and which of them lie within. Pure. */
import type { Trial } from "../../api/types";
import type { Value } from "../../ui/plots/scale";
import { wordOf } from "../backtests/ask";
import { MEASURES, type MeasureName, valueIn, writtenAs } from "./measures";

/** One axis: where a trial stands on it, and how a place on it is said. */
export interface TrialAxis {
  readonly name: string;
  readonly title: string;
  readonly at: (trial: Trial) => Value;
  readonly say: (value: number) => string;
  /** Said beside the axis, each at its place; an axis of words has one for each of them. */
  readonly words: readonly string[] | null;
}

/** From the lowest to the highest that is wanted on an axis, by its name. */
export type Ranges = Readonly<Record<string, readonly [low: number, high: number]>>;

const isNumeric = (values: readonly unknown[]): boolean =>
  values.every((value) => typeof value !== "boolean" && value !== "" && Number.isFinite(Number(value)));

function ofParameter(name: string, values: readonly unknown[]): TrialAxis {
  const title = wordOf(name);
  if (isNumeric(values)) {
    const say = (value: number) => String(Number(value.toPrecision(12)));
    return { name, title, at: (trial) => Number(trial.parameters[name]), say, words: null };
  }
  const words = values.map(String);
  const at = (trial: Trial) => {
    const place = words.indexOf(String(trial.parameters[name]));
    return place < 0 ? null : place;
  };
  return { name, title, at, say: (value) => words[Math.round(value)] ?? "", words };
}

const ofMeasure = (name: MeasureName): TrialAxis => ({
  name: `by.${name}`,
  title: MEASURES[name].title,
  at: (trial) => valueIn(trial, name),
  say: (value) => writtenAs(name, value),
  words: null,
});

/** Axes of all parameters that are searched, and of some measures. */
export const axesOf = (
  searched: Readonly<Record<string, readonly unknown[]>>,
  measures: readonly MeasureName[],
): TrialAxis[] => [
  ...Object.entries(searched).map(([name, values]) => ofParameter(name, values)),
  ...[...new Set(measures)].map(ofMeasure),
];

/** True where a trial lies within all ranges; one without a value lies within none. */
export function isWithin(trial: Trial, axes: readonly TrialAxis[], ranges: Ranges): boolean {
  return axes.every(({ name, at }) => {
    const range = ranges[name];
    const value = at(trial);
    return range === undefined || (value !== null && value >= range[0] && value <= range[1]);
  });
}

/** Ranges as an address has them: "fast:5:20,by.sharpe:0.5:1.2"; nothing where there is none. */
export function rangesText(ranges: Ranges): string | undefined {
  const parts = Object.entries(ranges).map(([name, [low, high]]) => `${name}:${low}:${high}`);
  return parts.length > 0 ? parts.join(",") : undefined;
}

/** The ranges that an address names; what is no range is left out. */
export function rangesIn(text: string | undefined): Ranges {
  const found = (text ?? "").split(",").flatMap((part) => {
    const [name = "", low, high] = part.split(":");
    const range = [Number(low || Number.NaN), Number(high || Number.NaN)] as const;
    return name !== "" && range.every(Number.isFinite) ? [[name, range] as const] : [];
  });
  return Object.fromEntries(found);
}
