import { useQuery } from "@tanstack/react-query";
import type { Backtest } from "../../../api/types";
import { Answer, Panel } from "../../../ui/Panel";
import { Problem } from "../../../ui/Problem";
import { tapeQuery } from "../../marketdata/queries";
import { hasEnded, resultsQuery } from "../queries";
import { Progress } from "../RunState";
import { BreakdownPanel, ReasonsPanel } from "./BreakdownPanels";
import { CurvePanel, RollingPanel } from "./CurvePanel";
import { AllFigures, CostsPanel, MonteCarloPanel, NotesPanel } from "./FigurePanels";
import { MonthsPanel, ReturnsPanel } from "./PeriodPanels";
import { askedAt, ReportHeader } from "./ReportHeader";
import { MovesPanel, PricePanel, TripsPanel } from "./TripsPanels";

interface ReportProps {
  run: Backtest;
  trip: number | null;
  sort: string;
  onChange: (change: { trip?: number | null; sort?: string }) => void;
}

/** A run and all that came of it; while it is under way, how far it is. */
export function Report({ run, trip, sort, onChange }: ReportProps) {
  const isEnded = hasEnded(run);
  const results = useQuery({ ...resultsQuery(run.id), enabled: isEnded });
  const tape = useQuery(tapeQuery(run.tape_id));
  return (
    <div className="flex min-w-0 flex-col gap-3">
      <ReportHeader run={run} results={results.data} />
      {isEnded ? null : (
        <Panel title="Under way" bodyClassName="flex flex-col items-center gap-2 px-4 py-10">
          <Progress value={run.progress} name={run.name} className="w-56" />
          <p className="text-sm text-muted">{askedAt(run)}</p>
        </Panel>
      )}
      {isEnded && run.state !== "done" && results.error ? (
        <Panel title="What happened" bodyClassName="py-1">
          <p className="px-4 pt-2 text-sm">{run.message || "The run ended without a result."}</p>
          <Problem problem={results.error} onRetry={() => results.refetch()} />
        </Panel>
      ) : null}
      {isEnded && (run.state === "done" || results.data) ? (
        <Answer query={results} rows={14}>
          {(found) => {
            const trips = {
              run,
              results: found,
              chosen: trip,
              onChoose: (next: number | null) => onChange({ trip: next }),
            };
            return (
              <>
                <CurvePanel run={run} results={found} />
                <div className="grid gap-3 xl:grid-cols-[minmax(0,1.6fr)_minmax(0,1fr)]">
                  <MonthsPanel run={run} />
                  <ReturnsPanel run={run} results={found} />
                </div>
                <div className="grid gap-3 xl:grid-cols-2">
                  <PricePanel {...trips} />
                  <RollingPanel run={run} results={found} />
                </div>
                <TripsPanel {...trips} sort={sort} onSort={(next) => onChange({ sort: next })} />
                <div className="grid gap-3 lg:grid-cols-2 xl:grid-cols-4">
                  <MovesPanel {...trips} />
                  <BreakdownPanel results={found} />
                  <ReasonsPanel results={found} />
                  <CostsPanel run={run} results={found} />
                </div>
                <AllFigures results={found} />
                <div className="grid items-start gap-3 lg:grid-cols-2">
                  <MonteCarloPanel run={run} />
                  <NotesPanel results={found} warnings={tape.data?.warnings ?? []} />
                </div>
              </>
            );
          }}
        </Answer>
      ) : null}
    </div>
  );
}
