/**
 * What the form of a run holds, and how that becomes a request. Pure: what can be said without the server is
 * said beside its field, and what the server refuses is led back to the field it means.
 */
import { ApiProblem } from "../../api/problems";
import type {
  AskBacktest,
  Backtest,
  BacktestResults,
  RunMode,
  Strategy,
  StrategyParameter,
  Tape,
} from "../../api/types";
import { compare, parseDecimal, trim } from "../../lib/decimal";
import { exchangeDay, exchangeInstant, monthsBefore } from "../../lib/time";

/** The first and the last day of a run, and the instants at which it really began and ended. */
interface Span {
  readonly from: string;
  readonly to: string;
  readonly startsAt: string;
  readonly endsAt: string;
}

/** The form as it is typed: texts, so that nothing half-written is lost. */
export interface Draft {
  readonly name: string;
  readonly strategy: string;
  readonly tapeId: string;
  readonly symbols: string;
  readonly from: string;
  readonly to: string;
  readonly cash: string;
  readonly fillModel: string;
  readonly fees: string;
  readonly benchmark: string;
  readonly riskFree: string;
  readonly mode: RunMode;
  /** Only those that differ from their defaults. */
  readonly values: Readonly<Record<string, string>>;
  /** Of the run that it begins like: days that stay as they are mean its very instants. */
  readonly span: Span | null;
  /** What that run had, and no field of the form says. */
  readonly others: Pick<AskBacktest, "bar_path" | "close_at_end">;
}

/** A sentence for each field that something is wrong with; "form" is for what no field can mend. */
export type Faults = Readonly<Record<string, string>>;

export const FILL_MODELS: readonly (readonly [name: string, said: string])[] = [
  ["realistic", "Realistic: a narrow spread and a tenth of the volume"],
  ["ideal", "Ideal: the price itself, without friction"],
  ["conservative", "Conservative: wider, thinner and slower"],
  ["harsh", "Harsh: a bad day"],
  ["realistic_day", "Realistic, dearer at the open and the close"],
  ["aggressive", "Aggressive: inside the spread"],
  ["crossed", "Crossed: limits only once gone through"],
  ["midpoint", "Midpoint of the quote"],
  ["inside", "Options inside their spread"],
  ["options", "Realistic, options inside their spread"],
  ["alpaca_paper", "As Alpaca's paper trading"],
  ["deterministic", "Deterministic: one piece, any size"],
];

export const FEES: readonly (readonly [name: string, said: string])[] = [
  ["commission_free", "None"],
  ["regulatory_only", "What the law asks for"],
  ["per_share", "By the share"],
  ["capped_per_share", "By the share, capped"],
  ["percent", "A share of the value"],
  ["maker_taker", "Maker and taker"],
];

const YEARS_BACK = 5;

/** A form to start from: the first strategy, five years up to where the tape stands. */
export function draftOf(strategy: Strategy, tape: Tape, symbol: string): Draft {
  return {
    name: wordOf(strategy.name),
    strategy: strategy.name,
    tapeId: tape.id,
    symbols: symbol,
    from: exchangeDay(monthsBefore(tape.at, YEARS_BACK * 12)),
    to: "",
    cash: "100000",
    fillModel: "realistic",
    fees: "commission_free",
    benchmark: "",
    riskFree: "0",
    mode: "events",
    values: {},
    span: null,
    others: {},
  };
}

const spanOf = ({ began_at: startsAt, ended_at: endsAt }: Pick<BacktestResults, "began_at" | "ended_at">): Span => ({
  from: exchangeDay(startsAt),
  to: exchangeDay(endsAt),
  startsAt,
  endsAt,
});

/** The form as a run was asked for; its days are told by what came of it, and without that stay as they are. */
export function draftFrom(
  run: Backtest,
  results: Pick<BacktestResults, "began_at" | "ended_at"> | undefined,
  draft: Draft,
): Draft {
  const span = results ? spanOf(results) : null;
  return {
    ...draft,
    name: run.name,
    strategy: run.strategy,
    tapeId: run.tape_id,
    symbols: run.symbols.join(", "),
    cash: run.cash,
    fillModel: run.fill_model,
    fees: FEES.some(([name]) => name === run.fees) ? run.fees : draft.fees,
    benchmark: run.benchmark ?? "",
    riskFree: run.risk_free,
    ...(span ? { from: span.from, to: span.to } : {}),
    span,
    others: { bar_path: run.bar_path, close_at_end: run.close_at_end },
    mode: run.mode,
    values: Object.fromEntries(Object.entries(run.parameters).map(([name, value]) => [name, String(value)])),
  };
}

/** A name of the API as words: sma_cross is "Sma cross". */
export function wordOf(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1).replaceAll("_", " ");
}

export const symbolsOf = (text: string): string[] =>
  text
    .split(/[\s,;]+/)
    .map((symbol) => symbol.toUpperCase())
    .filter((symbol) => symbol !== "");

/** What an address says of values by name: "fast:5,slow:50". */
export function pairsIn(text: string | undefined): Record<string, string> {
  const pairs = (text ?? "").split(",").map((pair) => pair.split(":"));
  return Object.fromEntries(pairs.flatMap(([name, value]) => (name && value ? [[name, value]] : [])));
}

/** The same for an address; nothing where there is none. */
export function pairsText(values: Readonly<Record<string, string>>): string | undefined {
  const pairs = Object.entries(values).filter(([, value]) => value !== "");
  return pairs.length > 0 ? pairs.map(([name, value]) => `${name}:${value}`).join(",") : undefined;
}

/** How many symbols a strategy trades, in words. */
export function symbolsSaid({ symbols_least: least, symbols_most: most }: Strategy): string {
  if (most === 1) return "One symbol.";
  return least === most ? `${least} symbols.` : `${least} to ${most} symbols, with commas.`;
}

export const isFlag = (parameter: StrategyParameter): boolean => parameter.said === "true or false";
export const isNumber = (parameter: StrategyParameter): boolean =>
  parameter.choices.length === 0 && !isFlag(parameter) && parameter.at_least !== null;

/** What is wrong with one value, or null. */
export function faultOf(parameter: StrategyParameter, text: string): string | null {
  if (!isNumber(parameter)) return null;
  const value = parseDecimal(text);
  const low = parseDecimal(parameter.at_least ?? "");
  const high = parseDecimal(parameter.at_most ?? "");
  const isWithin = value && (!low || compare(value, low) >= 0) && (!high || compare(value, high) <= 0);
  const isWhole = !parameter.said.startsWith("a whole") || (value && trim(value).scale === 0);
  return isWithin && isWhole ? null : `It must be ${parameter.said}.`;
}

/** What is wrong with a form as far as that can be said here. */
export function faultsIn(draft: Draft, strategy: Strategy): Faults {
  const faults: Record<string, string> = {};
  const count = symbolsOf(draft.symbols).length;
  if (draft.name.trim() === "") faults.name = "Give it a name.";
  if (count < strategy.symbols_least || count > strategy.symbols_most)
    faults.symbols = `${wordOf(strategy.name)} trades ${symbolsSaid(strategy).toLowerCase()}`;
  if (!parseDecimal(draft.cash)) faults.cash = "Enter an amount.";
  if (!parseDecimal(draft.riskFree)) faults.risk_free = "Enter a rate, such as 0.02.";
  if (draft.from !== "" && draft.to !== "" && draft.to <= draft.from) faults.to = "The end is not after the beginning.";
  return faults;
}

/** What is wrong with the parameters of a run: each has one value. */
export function faultsInValues(draft: Draft, strategy: Strategy): Faults {
  const found = strategy.parameters.flatMap((parameter) => {
    const text = draft.values[parameter.name];
    const fault = text === undefined ? null : faultOf(parameter, text);
    return fault ? [[`parameters.${parameter.name}`, fault] as const] : [];
  });
  return Object.fromEntries(found);
}

/** A value that was typed, as the API reads it. */
export const readValue = (parameter: StrategyParameter, text: string): string | boolean =>
  isFlag(parameter) ? text === "true" : text.trim();

/** The values that were typed, as the API reads them; those left alone are the strategy's own. */
export function valuesOf(draft: Draft, strategy: Strategy): Record<string, string | boolean> {
  const typed = strategy.parameters.flatMap((parameter) => {
    const text = draft.values[parameter.name];
    return text === undefined || text === parameter.default
      ? []
      : [[parameter.name, readValue(parameter, text)] as const];
  });
  return Object.fromEntries(typed);
}

const instantOf = (day: string, time: string): string | null => (day === "" ? null : exchangeInstant(day, time));

/** A form as a request. */
export function requestOf(draft: Draft, parameters: Record<string, string | boolean>): AskBacktest {
  const { span } = draft;
  return {
    ...draft.others,
    name: draft.name.trim(),
    tape_id: draft.tapeId,
    strategy: draft.strategy,
    symbols: symbolsOf(draft.symbols),
    parameters,
    cash: draft.cash.trim(),
    fill_model: draft.fillModel,
    fees: draft.fees,
    mode: draft.mode,
    risk_free: draft.riskFree.trim(),
    benchmark: symbolsOf(draft.benchmark)[0] ?? null,
    starts_at: span?.from === draft.from ? span.startsAt : instantOf(draft.from, "00:00"),
    ends_at: span?.to === draft.to ? span.endsAt : instantOf(draft.to, "23:59"),
  };
}

const FIELD_OF_CODE: Readonly<Record<string, string>> = {
  name_missing: "name",
  saved_name_taken: "name",
  wrong_number_of_symbols: "symbols",
  ends_before_it_begins: "to",
  nothing_to_run: "to",
  not_expressible: "mode",
  compiler_not_installed: "mode",
  unknown_fill_model: "fill_model",
  unknown_fee_schedule: "fees",
  opening_cash_negative: "cash",
  search_not_installed: "search",
  too_many_trials: "trials",
  too_short_to_walk: "choose_on",
  too_many_folds: "trade_on",
  learned_cross_validation: "search",
  not_cross_validated: "objective",
  too_many_splits: "groups",
  too_few_to_split: "purge",
};

const FIELDS: ReadonlySet<string> = new Set([
  "name", "tape_id", "strategy", "symbols", "cash", "fill_model", "fees", "mode", "starts_at", "ends_at", "risk_free",
  "benchmark", "trials", "search_seed", "choose_on", "trade_on", "search", "groups", "tested", "purge", "embargo",
  "cuts", "runs", "shake_parameters", "shake_fees", "slippage_bps", "half_spread_bps", "delay_bars",
]); // biome-ignore format: one list

/** Which field a refusal means, with its sentence. */
export function faultsOf(problem: Error | null, draft: Draft): Faults {
  if (!problem) return {};
  if (!(problem instanceof ApiProblem)) return { form: problem.message };
  const { code, message, facts } = problem;
  if (typeof facts.parameter === "string") return { [`parameters.${facts.parameter}`]: message };
  if (code === "unknown_symbol") {
    const isBenchmark =
      symbolsOf(draft.benchmark)[0] === facts.symbol && !symbolsOf(draft.symbols).includes(String(facts.symbol));
    return { [isBenchmark ? "benchmark" : "symbols"]: message };
  }
  if (Array.isArray(facts.fields)) return ofShape(facts.fields);
  return { [FIELD_OF_CODE[code] ?? "form"]: message };
}

function ofShape(fields: readonly unknown[]): Faults {
  const faults: Record<string, string> = {};
  for (const each of fields as { field?: string; reason?: string }[]) {
    const root = (each.field ?? "").split(".")[0] ?? "";
    faults[FIELDS.has(root) ? root : "form"] = each.reason ?? "The server did not understand this.";
  }
  return faults;
}
