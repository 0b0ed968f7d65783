/** How each kind of study is asked for: its numbers with their limits, and what it is called. Pure. */
import type { StudyKind } from "../../../api/types";
import { compare, parseDecimal, trim } from "../../../lib/decimal";
import type { Faults } from "../../backtests/ask";

export const KINDS: readonly { value: StudyKind; label: string }[] = [
  { value: "cross_validation", label: "Cross-validation" },
  { value: "leaks", label: "Leaks" },
  { value: "jitter", label: "Jitter" },
];

/** What each kind asks, in a sentence. */
export const ASKED: Readonly<Record<StudyKind, string>> = {
  cross_validation: "What do chosen parameters bring in sessions they were not chosen on?",
  leaks: "Does the strategy see the future? Nothing may move when there is less of it.",
  jitter: "How much is left when every number is a little different?",
};

/** The kind that an address names. */
export const kindNamed = (name: string | undefined): StudyKind | undefined =>
  KINDS.find(({ value }) => value === name)?.value;

/** What a kind is called. */
export const kindSaid = (kind: StudyKind): string => KINDS.find(({ value }) => value === kind)?.label ?? kind;

/** A number that a study is asked with. */
export interface Term {
  readonly name: string;
  readonly label: string;
  readonly hint: string;
  readonly preset: string;
  readonly least: number;
  readonly most: number;
  readonly isWhole: boolean;
}

type Limits = readonly [least: number, most: number];

const whole = (name: string, label: string, hint: string, preset: string, [least, most]: Limits): Term => ({
  name,
  label,
  hint,
  preset,
  least,
  most,
  isWhole: true,
});
const real = (...parts: Parameters<typeof whole>): Term => ({ ...whole(...parts), isWhole: false });

export const TERMS: Readonly<Record<StudyKind, readonly Term[]>> = {
  cross_validation: [
    whole("groups", "Groups", "In which the sessions are cut.", "6", [3, 20]),
    whole("tested", "Tested at a time", "It is chosen on the others.", "2", [1, 10]),
    whole("purge", "Purge", "Sessions left out around them.", "1", [0, 1000]),
    whole("embargo", "Embargo", "So many more after them.", "5", [0, 1000]),
  ],
  leaks: [whole("cuts", "Cuts", "At so many bars the data end.", "24", [2, 500])],
  jitter: [
    whole("runs", "Runs", "How often it is shaken.", "100", [1, 500]),
    real("shake_parameters", "Parameters", "A share of each; 0.1 is 10%.", "0.1", [0, 1]),
    real("shake_fees", "Fees", "A share of all of them.", "0.5", [0, 1]),
    real("slippage_bps", "Slippage", "Basis points more, at most.", "2", [0, 1000]),
    real("half_spread_bps", "Half spread", "Basis points more, at most.", "1", [0, 1000]),
    whole("delay_bars", "Delay", "Bars late, at most.", "0", [0, 100]),
  ],
};

/** Numbers as they are typed, by name. */
export type Typed = Readonly<Record<string, string>>;

/** What is wrong with the numbers of a kind. */
export function faultsInTerms(kind: StudyKind, typed: Typed): Faults {
  const found = TERMS[kind].flatMap((term) => {
    const value = parseDecimal(typed[term.name] ?? term.preset);
    const isWithin = value && compare(value, exactly(term.least)) >= 0 && compare(value, exactly(term.most)) <= 0;
    if (isWithin && (!term.isWhole || trim(value).scale === 0)) return [];
    const noun = term.isWhole ? "a whole number" : "a number";
    return [[term.name, `It must be ${noun} from ${term.least} to ${term.most}.`] as const];
  });
  return Object.fromEntries(found);
}

const exactly = (value: number) => ({ coefficient: BigInt(value), scale: 0 });

/** The numbers of a kind for a request. */
export const termsOf = (kind: StudyKind, typed: Typed): Record<string, number> =>
  Object.fromEntries(TERMS[kind].map(({ name, preset }) => [name, Number(typed[name] ?? preset)]));
