import { type FormEvent, useState } from "react";
import type { Walk } from "../../api/types";
import { figure } from "../../lib/format";
import { Button } from "../../ui/Button";
import { Choice, TextField } from "../../ui/Field";
import { Panel } from "../../ui/Panel";
import { type Faults, faultsIn } from "../backtests/ask";
import { MarketFields, StrategyFields, TermFields } from "../backtests/RunFields";
import { FormFault, FromStart, type Start } from "../backtests/RunForm";
import { useDraft } from "../backtests/useDraft";
import { HowFields } from "./HowFields";
import { useSearchWish } from "./queries";
import { searchedIn } from "./ranges";
import { isCount, objectivesOf, ranged, SEARCHES, type Searching, searchBody, TOLD } from "./searching";

const KINDS = [
  { value: "sweep", label: "Sweep" },
  { value: "walk", label: "Walk forward" },
] as const;

const WALKS = [
  { value: "rolling", label: "Rolling" },
  { value: "anchored", label: "Anchored" },
] as const;

/** How is searched, as it is typed. */
interface How extends Searching {
  kind: "sweep" | "walk";
  walk: Walk;
  chooseOn: string;
  tradeOn: string;
}

const HOW: How = {
  kind: "sweep",
  search: "grid",
  trials: "",
  objective: "sharpe",
  told: "all",
  walk: "rolling",
  chooseOn: "504",
  tradeOn: "126",
};

interface SearchFormProps {
  tapeId: string | null;
  symbol: string | undefined;
  strategy: string | undefined;
  onAsked: (kind: "sweep" | "walk", id: string) => void;
}

/** Asks for a sweep or a walk forward; what is refused is said beside its field. */
export function SearchForm({ onAsked, ...start }: SearchFormProps) {
  return (
    <Panel title="New search" bodyClassName="p-4">
      <FromStart {...start}>{(known) => <Form {...known} onAsked={onAsked} />}</FromStart>
    </Panel>
  );
}

function faultsInHow(how: How): Faults {
  const faults: Record<string, string> = {};
  if (how.trials.trim() !== "" && !isCount(how.trials)) faults.trials = "Enter a whole number.";
  if (how.kind === "walk" && !isCount(how.chooseOn)) faults.choose_on = "Enter so many sessions.";
  if (how.kind === "walk" && !isCount(how.tradeOn)) faults.trade_on = "Enter so many sessions.";
  return faults;
}

function Form({ strategies, templates, tapes, draft: first, onAsked }: Start & Pick<SearchFormProps, "onAsked">) {
  const [how, setHow] = useState(HOW);
  const wish = useSearchWish();
  const { draft, strategy, faults, set, forget, isRight } = useDraft(ranged(first), strategies, wish);
  if (!strategy) return null;
  const searched = searchedIn(draft, strategy);
  const change = (part: Partial<How>) => {
    setHow({ ...how, ...part });
    forget();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const found: Record<string, string> = { ...faultsIn(draft, strategy), ...searched.faults, ...faultsInHow(how) };
    if (Object.keys(found).length === 0 && Object.keys(searched.ranges).length === 0)
      found.form = "Give one parameter several values, such as 5, 10, 20 or 5:50:5.";
    if (!isRight(found)) return;
    const body = searchBody(draft, how, searched);
    const onSuccess = (id: string) => onAsked(how.kind, id);
    if (how.kind === "sweep") wish.mutate({ do: "sweep", body }, { onSuccess });
    else {
      const walk = { walk: how.walk, choose_on: Number(how.chooseOn), trade_on: Number(how.tradeOn) };
      wish.mutate({ do: "walk", body: { ...body, ...walk } }, { onSuccess });
    }
  };
  const fields = { draft, faults, set, strategy };
  return (
    <form onSubmit={submit} className="flex flex-col gap-3.5" noValidate data-ask="search">
      <Choice
        label="Kind"
        hideLabel
        value={how.kind}
        choices={KINDS}
        onChange={(kind) => change({ kind, told: "all" })}
      />
      <StrategyFields {...fields} {...{ strategies, templates }} canRange />
      <p className="-mt-2 text-xs text-muted" role="status">
        {`${figure(searched.combinations, 0)} ${searched.combinations === 1 ? "combination" : "combinations"}`}
        {how.kind === "walk" ? " in every fold" : ""}
      </p>
      <div className="grid grid-cols-2 gap-3">
        <HowFields
          how={how}
          onChange={change}
          faults={faults}
          searches={SEARCHES}
          objectives={objectivesOf(how.told)}
        />
        {how.kind === "sweep" ? (
          <Choice
            label="Tell of each trial"
            className="col-span-2"
            value={how.told}
            choices={TOLD}
            onChange={(told) => change({ told, objective: objectivesOf(told)[0]?.[0] ?? how.objective })}
          />
        ) : null}
      </div>
      {how.kind === "walk" ? (
        <div className="grid grid-cols-2 gap-3">
          <Choice
            label="Stretch to choose on"
            className="col-span-2"
            value={how.walk}
            choices={WALKS}
            onChange={(walk) => change({ walk })}
          />
          <TextField
            label="Choose on"
            hint="Sessions."
            inputMode="numeric"
            error={faults.choose_on ?? null}
            value={how.chooseOn}
            onChange={(event) => change({ chooseOn: event.target.value })}
          />
          <TextField
            label="Then trade"
            hint="Sessions."
            inputMode="numeric"
            error={faults.trade_on ?? null}
            value={how.tradeOn}
            onChange={(event) => change({ tradeOn: event.target.value })}
          />
        </div>
      ) : null}
      <MarketFields {...fields} tapes={tapes} />
      <TermFields {...fields} />
      <FormFault faults={faults} />
      <Button type="submit" look="primary" size="large" disabled={wish.isPending}>
        {how.kind === "sweep" ? "Run sweep" : "Walk forward"}
      </Button>
    </form>
  );
}
