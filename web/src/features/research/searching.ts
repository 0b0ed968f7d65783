/** How parameters are searched, by sweeps, walks forward and cross-validations. Pure. */
import type { AskSweep, Objective, Search } from "../../api/types";
import { type Draft, requestOf } from "../backtests/ask";
import { measuresKnown } from "./measures";
import type { Searched } from "./ranges";

export const SEARCHES: readonly (readonly [Search, string])[] = [
  ["grid", "Every combination"],
  ["random", "Some, by chance"],
  ["learned", "Each by what came before"],
];

export const OBJECTIVES: readonly (readonly [Objective, string])[] = [
  ["sharpe", "Sharpe ratio"],
  ["total_return", "Total return"],
  ["cagr", "Growth a year"],
  ["calmar", "Calmar ratio"],
  ["max_drawdown", "Deepest fall"],
];

/** What is told of each trial of a sweep. */
export const TOLD = [
  { value: "all", label: "All measures" },
  { value: "end", label: "Its end alone" },
] as const;

/** The measures that a best trial can be chosen by; of ends alone, those that an end tells. */
export function objectivesOf(told: Searching["told"]): typeof OBJECTIVES {
  const known: readonly string[] = measuresKnown(told === "end");
  return OBJECTIVES.filter(([name]) => known.includes(name));
}

/** True where a text is a whole number above zero. */
export const isCount = (text: string): boolean => /^[1-9]\d{0,4}$/.test(text.trim());

/** The same draft, with values to search where it is the first strategy anybody meets. */
export const ranged = (draft: Draft): Draft =>
  draft.strategy === "sma_cross"
    ? { ...draft, values: { quantity: "100", fast: "5:50:5", slow: "60, 100, 150, 200" } }
    : draft;

/** How is searched, as it is typed. */
export interface Searching {
  search: Search;
  trials: string;
  objective: Objective;
  told: (typeof TOLD)[number]["value"];
}

/** A search as a request; without a number of trials, all combinations. */
export function searchBody(draft: Draft, how: Searching, searched: Searched): AskSweep {
  return {
    ...requestOf(draft, { ...searched.values }),
    ranges: { ...searched.ranges },
    search: how.search,
    objective: how.objective,
    ...(how.told === "end" ? { only_end: true } : {}),
    ...(how.trials.trim() === "" ? {} : { trials: Number(how.trials) }),
  };
}
