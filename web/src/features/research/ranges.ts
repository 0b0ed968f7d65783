/** What is searched: "5, 10, 20" or "5:50:5" in the field of a parameter. Pure. */
import type { Strategy, StrategyParameter } from "../../api/types";
import { compare, divide, parseDecimal, signOf, subtract, toPlain } from "../../lib/decimal";
import { type Draft, type Faults, faultOf, isFlag, isNumber } from "../backtests/ask";

/** Several values, or steps between two numbers, as the API reads them. */
export type Range = (string | boolean)[] | { at_least: string; at_most: string; step: string };

/** True where a text means more than one value. */
export const isRange = (text: string): boolean => /[,:]/.test(text);

/** The range that a text means, or why it means none. */
export function readRange(
  parameter: StrategyParameter,
  text: string,
): { range: Range; count: number } | { fault: string } {
  return text.includes(":") ? readSteps(parameter, text) : readList(parameter, text);
}

function readList(parameter: StrategyParameter, text: string) {
  const values = text
    .split(",")
    .map((value) => value.trim())
    .filter((value) => value !== "");
  const known = parameter.choices.length > 0 ? parameter.choices : isFlag(parameter) ? ["true", "false"] : null;
  const fault = values
    .map((value) =>
      known ? (known.includes(value) ? null : `It must be ${parameter.said}.`) : faultOf(parameter, value),
    )
    .find((each) => each !== null);
  if (fault) return { fault };
  if (values.length === 0) return { fault: "Name a value at least." };
  return { range: isFlag(parameter) ? values.map((value) => value === "true") : values, count: values.length };
}

function readSteps(parameter: StrategyParameter, text: string) {
  const [low = "", high = "", by = "1"] = text.split(":").map((part) => part.trim());
  const [start, end, step] = [parseDecimal(low), parseDecimal(high), parseDecimal(by)];
  if (!isNumber(parameter)) return { fault: "Only numbers have steps; name values with commas." };
  if (!start || !end || !step) return { fault: "Write steps as from : to : step, such as 5:50:5." };
  if (signOf(step) <= 0) return { fault: "The step must be above zero." };
  if (compare(end, start) < 0) return { fault: "The last value is below the first." };
  const outside = faultOf(parameter, low) ?? faultOf(parameter, high);
  if (outside) return { fault: outside };
  const steps = divide(subtract(end, start), step, 9);
  const count = steps ? Math.floor(Number(toPlain(steps))) + 1 : 1;
  return { range: { at_least: low, at_most: high, step: by }, count };
}

/** Everything that a search form says of its parameters. */
export interface Searched {
  readonly ranges: Readonly<Record<string, Range>>;
  /** Those with one value that is not the default. */
  readonly values: Readonly<Record<string, string | boolean>>;
  readonly faults: Faults;
  /** How many combinations there are. */
  readonly combinations: number;
}

/** Reads the fields of all parameters. */
export function searchedIn(draft: Draft, strategy: Strategy): Searched {
  const ranges: Record<string, Range> = {};
  const values: Record<string, string | boolean> = {};
  const faults: Record<string, string> = {};
  let combinations = 1;
  for (const parameter of strategy.parameters) {
    const { name } = parameter;
    const text = draft.values[name];
    if (text === undefined || text.trim() === parameter.default) continue;
    if (isRange(text)) {
      const found = readRange(parameter, text);
      if ("fault" in found) faults[`parameters.${name}`] = found.fault;
      else {
        ranges[name] = found.range;
        combinations *= found.count;
      }
    } else {
      const found = readRange(parameter, text);
      if ("fault" in found) faults[`parameters.${name}`] = found.fault;
      else values[name] = isFlag(parameter) ? text.trim() === "true" : text.trim();
    }
  }
  return { ranges, values, faults, combinations };
}
