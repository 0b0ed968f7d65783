import { useQuery } from "@tanstack/react-query";
import type { FormEvent, ReactNode } from "react";
import type { Backtest, Strategy, StrategyTemplate, Tape } from "../../api/types";
import { Button } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { Answer, Panel } from "../../ui/Panel";
import { tapesQuery } from "../marketdata/queries";
import {
  type Draft,
  draftFrom,
  draftOf,
  type Faults,
  faultsIn,
  faultsInValues,
  pairsIn,
  requestOf,
  valuesOf,
} from "./ask";
import { backtestQuery, resultsQuery, strategiesQuery, templatesQuery, useRunWish } from "./queries";
import { MarketFields, StrategyFields, TermFields } from "./RunFields";
import { useDraft } from "./useDraft";

/** What a form about runs starts from. */
export interface Start {
  strategies: readonly Strategy[];
  templates: readonly StrategyTemplate[];
  tapes: readonly Tape[];
  draft: Draft;
}

interface StartProps {
  /** The tape of the chosen account, or null. */
  tapeId: string | null;
  symbol: string | undefined;
  /** A strategy to begin with. */
  strategy?: string | undefined;
  /** Parameters to begin with, as "fast:5,slow:50". */
  values?: string | undefined;
  /** A run to begin like. */
  like?: string | undefined;
  children: (start: Start) => ReactNode;
}

/** Reads what a form needs, and hands it over once all is known. */
export function FromStart({ tapeId, symbol, strategy: wanted, values, like, children }: StartProps) {
  const strategies = useQuery(strategiesQuery);
  const templates = useQuery(templatesQuery);
  const tapes = useQuery(tapesQuery);
  const model = useQuery({ ...backtestQuery(like ?? ""), enabled: like !== undefined });
  const came = useQuery({ ...resultsQuery(like ?? ""), enabled: model.data?.state === "done" });
  const isLike = !like || model.error || (model.data && (model.data.state !== "done" || came.data || came.error));
  const all =
    strategies.data && templates.data && tapes.data && isLike
      ? { strategies: strategies.data, templates: templates.data, tapes: tapes.data, model: model.data }
      : undefined;
  const error = strategies.error ?? templates.error ?? tapes.error;
  const refetch = () => {
    for (const query of [strategies, templates, tapes]) if (query.error) void query.refetch();
  };
  return (
    <Answer query={{ data: all, error, refetch }} rows={10}>
      {(known) => {
        const strategy = known.strategies.find(({ name }) => name === (wanted ?? "sma_cross")) ?? known.strategies[0];
        const tape = known.tapes.find(({ id }) => id === tapeId) ?? known.tapes[0];
        if (!strategy || !tape)
          return <Empty sentence="There is no tape to run a strategy on yet." command="paperdesk tapes list" />;
        const draft = { ...draftOf(strategy, tape, symbol ?? "AAPL"), values: pairsIn(values) };
        return children({ ...known, draft: known.model ? draftFrom(known.model, came.data, draft) : draft });
      }}
    </Answer>
  );
}

interface RunFormProps extends Omit<StartProps, "children"> {
  onAsked: (run: Backtest) => void;
}

/** Asks for a backtest; what is refused is said beside its field. */
export function RunForm({ onAsked, ...start }: RunFormProps) {
  return (
    <Panel title="New backtest" bodyClassName="p-4">
      <FromStart {...start}>{(known) => <Form {...known} onAsked={onAsked} />}</FromStart>
    </Panel>
  );
}

function Form({ strategies, templates, tapes, draft: first, onAsked }: Start & { onAsked: (run: Backtest) => void }) {
  const wish = useRunWish();
  const { draft, strategy, faults, set, isRight } = useDraft(first, strategies, wish);
  if (!strategy) return null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!isRight({ ...faultsIn(draft, strategy), ...faultsInValues(draft, strategy) })) return;
    const body = requestOf(draft, valuesOf(draft, strategy));
    wish.mutate({ do: "ask", body }, { onSuccess: (run) => run && onAsked(run) });
  };
  const fields = { draft, faults, set, strategy };
  return (
    <form onSubmit={submit} className="flex flex-col gap-3.5" noValidate data-ask="backtest">
      <StrategyFields {...fields} {...{ strategies, templates }} />
      <MarketFields {...fields} tapes={tapes} />
      <TermFields {...fields} />
      <FormFault faults={faults} />
      <Button type="submit" look="primary" size="large" disabled={wish.isPending}>
        Run backtest
      </Button>
    </form>
  );
}

/** What is wrong and belongs to no field. */
export function FormFault({ faults }: { faults: Faults }) {
  return faults.form ? (
    <p role="alert" className="rounded-lg border border-down bg-down-soft px-3 py-2 text-sm">
      {faults.form}
    </p>
  ) : null;
}
