import { type FormEvent, useState } from "react";
import type { AskStudy, StudyKind } from "../../../api/types";
import { figure } from "../../../lib/format";
import { Button } from "../../../ui/Button";
import { Choice, TextField } from "../../../ui/Field";
import { Panel } from "../../../ui/Panel";
import { type Faults, faultsIn, faultsInValues, requestOf, valuesOf } from "../../backtests/ask";
import { MarketFields, StrategyFields, TermFields } from "../../backtests/RunFields";
import { FormFault, FromStart, type Start } from "../../backtests/RunForm";
import { useDraft } from "../../backtests/useDraft";
import { HowFields } from "../HowFields";
import { useSearchWish } from "../queries";
import { searchedIn } from "../ranges";
import { isCount, OBJECTIVES, ranged, SEARCHES, type Searching, searchBody } from "../searching";
import { ASKED, faultsInTerms, KINDS, TERMS, type Typed, termsOf } from "./terms";

// Every split chooses among the same trials, over days that do not follow each other.
const CROSSED_SEARCHES = SEARCHES.filter(([name]) => name !== "learned");
const CROSSED_OBJECTIVES = OBJECTIVES.filter(([name]) => name === "sharpe" || name === "total_return");

interface StudyFormProps {
  tapeId: string | null;
  symbol: string | undefined;
  strategy: string | undefined;
  /** A run to examine. */
  like: string | undefined;
  kind: StudyKind;
  onKind: (kind: StudyKind) => void;
  onAsked: (id: string) => void;
}

/** Asks for a study; what is refused is said beside its field. */
export function StudyForm({ kind, onKind, onAsked, ...start }: StudyFormProps) {
  return (
    <Panel title={start.like ? "Examine a run" : "New study"} bodyClassName="p-4">
      <FromStart {...start}>
        {(known) => (
          <Form {...known} {...{ kind, onKind, onAsked }} draft={start.like ? known.draft : ranged(known.draft)} />
        )}
      </FromStart>
    </Panel>
  );
}

type FormProps = Start & Pick<StudyFormProps, "kind" | "onKind" | "onAsked">;

function Form({ strategies, templates, tapes, draft: first, kind, onKind, onAsked }: FormProps) {
  const [how, setHow] = useState<Searching>({ search: "grid", trials: "", objective: "sharpe", told: "all" });
  const [typed, setTyped] = useState<Typed>({});
  const wish = useSearchWish();
  const { draft, strategy, faults, set, forget, isRight } = useDraft(first, strategies, wish);
  if (!strategy) return null;
  const isCrossed = kind === "cross_validation";
  const searched = searchedIn(draft, strategy);
  const wrong = (): Faults => {
    const found = { ...faultsIn(draft, strategy), ...faultsInTerms(kind, typed) };
    if (!isCrossed) return { ...found, ...faultsInValues(draft, strategy) };
    const all: Record<string, string> = { ...found, ...searched.faults };
    if (how.trials.trim() !== "" && !isCount(how.trials)) all.trials = "Enter a whole number.";
    if (Object.keys({ ...all, ...searched.ranges }).length === 0)
      all.form = "Give one parameter several values, such as 5, 10, 20 or 5:50:5.";
    return all;
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!isRight(wrong())) return;
    const asked = isCrossed ? searchBody(draft, how, searched) : requestOf(draft, valuesOf(draft, strategy));
    const body: AskStudy = { ...asked, ...termsOf(kind, typed) };
    wish.mutate({ do: "study", kind, body }, { onSuccess: onAsked });
  };
  const fields = { draft, faults, set, strategy };
  return (
    <form onSubmit={submit} className="flex flex-col gap-3.5" noValidate data-ask="study">
      <Choice
        label="Kind"
        hideLabel
        className="text-sm"
        value={kind}
        choices={KINDS}
        onChange={(next) => {
          forget();
          onKind(next);
        }}
      />
      <p className="-mt-1 text-sm text-muted">{ASKED[kind]}</p>
      <StrategyFields {...fields} {...{ strategies, templates }} canRange={isCrossed} />
      {isCrossed ? (
        <>
          <p className="-mt-2 text-xs text-muted" role="status">
            {`${figure(searched.combinations, 0)} ${searched.combinations === 1 ? "combination" : "combinations"}`}
          </p>
          <div className="grid grid-cols-2 gap-3">
            <HowFields
              how={how}
              faults={faults}
              searches={CROSSED_SEARCHES}
              objectives={CROSSED_OBJECTIVES}
              onChange={(change) => {
                setHow({ ...how, ...change });
                forget();
              }}
            />
          </div>
        </>
      ) : null}
      <div className="grid grid-cols-2 gap-3">
        {TERMS[kind].map((term) => (
          <TextField
            key={term.name}
            label={term.label}
            hint={term.hint}
            inputMode={term.isWhole ? "numeric" : "decimal"}
            error={faults[term.name] ?? null}
            value={typed[term.name] ?? term.preset}
            onChange={(event) => {
              setTyped({ ...typed, [term.name]: event.target.value });
              forget();
            }}
          />
        ))}
      </div>
      <MarketFields {...fields} tapes={tapes} />
      <TermFields {...fields} />
      {draft.span ? (
        <p className="text-xs text-muted">
          It begins as the run was asked for. Account rules that no field here names, such as margin, are as usual.
        </p>
      ) : null}
      <FormFault faults={faults} />
      <Button type="submit" look="primary" size="large" disabled={wish.isPending}>
        Run study
      </Button>
    </form>
  );
}
