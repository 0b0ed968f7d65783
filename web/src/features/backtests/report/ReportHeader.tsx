import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { Backtest, BacktestResults } from "../../../api/types";
import { figure, money, percent } from "../../../lib/format";
import { deskOnly } from "../../../lib/search";
import { date, dateTime } from "../../../lib/time";
import { Button } from "../../../ui/Button";
import { DeleteButton } from "../../../ui/DeleteButton";
import { Figure } from "../../../ui/Figure";
import { Menu, MenuRow } from "../../../ui/Menu";
import { Problem } from "../../../ui/Problem";
import { wordOf } from "../ask";
import { downloadLines, save } from "../download";
import { sentence } from "../figures";
import { useRunWish } from "../queries";
import { RunState } from "../RunState";

const LISTS = [
  ["equity", "Equity"],
  ["round-trips", "Round trips"],
  ["orders", "Orders"],
  ["fills", "Fills"],
  ["positions", "Positions"],
  ["periods?by=day", "Days"],
  ["events", "Events"],
] as const;

/** Files that the server writes whole. */
const FILES = [
  ["report?format=html", "Report as one page", "html"],
  ["report?format=pdf", "Report for paper", "pdf"],
  ["report?format=xlsx", "Report as sheets", "xlsx"],
  ["capsule", "Capsule, to be verified", "capsule.json"],
] as const;

const LINK =
  "inline-flex min-h-7 items-center rounded-lg border border-line-strong px-2.5 text-sm font-medium hover:bg-hover";

/** What was run, and what can be done with it. */
export function ReportHeader({ run, results }: { run: Backtest; results: BacktestResults | undefined }) {
  return (
    <section aria-labelledby="run-name" className="rounded-xl border border-line bg-panel">
      <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2 px-4 pt-3.5 pb-3">
        <div className="min-w-0">
          <h1
            id="run-name"
            className="flex flex-wrap items-center gap-x-3 gap-y-1 text-xl font-semibold tracking-tight"
          >
            <span className="wrap-anywhere">{run.name}</span>
            <RunState {...run} />
          </h1>
          <p className="mt-1 text-sm text-muted">
            {wordOf(run.strategy)}, version {run.version}, on {run.symbols.slice(0, 6).join(", ")}
            {run.symbols.length > 6 ? ` and ${run.symbols.length - 6} more` : ""}
            {results ? ` · ${date(results.began_at)} to ${date(results.ended_at)}` : ""}
            {` · ${wordOf(run.fill_model)} fills · ${run.mode === "compiled" ? "compiled" : "exact engine"} · ${money(run.cash)} ${run.currency}`}
          </p>
          {run.saved_strategy ? (
            <p className="mt-0.5 text-sm">
              <Link
                to="/strategies"
                search={(search) => ({ ...deskOnly(search), saved: run.saved_strategy?.id })}
                className="inline-flex min-h-6 items-center text-accent hover:underline"
              >
                Of a saved strategy, version {run.saved_strategy.version}
              </Link>
            </p>
          ) : null}
          <p className="mt-1 flex flex-wrap gap-x-3 text-xs text-muted">
            {Object.entries(run.parameters).map(([name, value]) => (
              <span key={name}>
                {wordOf(name)} <span className="figures text-text">{String(value)}</span>
              </span>
            ))}
          </p>
        </div>
        <Actions run={run} results={results} />
      </div>
      {results ? <Headline results={results} /> : null}
    </section>
  );
}

/** The four figures to read first, luck beside skill. */
function Headline({ results }: { results: BacktestResults }) {
  const { figures, reasons, selection, evidence } = results;
  const why = (name: string) => (typeof figures[name] === "number" ? null : sentence(reasons[name]));
  const luck = (name: "deflated_sharpe" | "overfitting_probability") =>
    selection[name] === null ? sentence(selection.reasons[name]) : null;
  return (
    <>
      <dl className="grid grid-cols-2 gap-px overflow-hidden border-t border-line bg-line sm:grid-cols-3 xl:grid-cols-6">
        <Figure
          name="Total return"
          value={percent(figures.total_return, 2, true)}
          reason={why("total_return")}
          note={`${money(results.equity_before)} to ${money(results.equity_after)}`}
        />
        <Figure name="Growth a year" value={percent(figures.cagr, 2, true)} reason={why("cagr")} />
        <Figure name="Deepest fall" value={percent(figures.max_drawdown)} reason={why("max_drawdown")} />
        <Figure
          name="Sharpe ratio"
          value={figure(figures.sharpe)}
          reason={why("sharpe")}
          note={selection.sharpe_by_luck === null ? null : `${figure(selection.sharpe_by_luck)} by luck alone`}
        />
        <Figure
          name="Deflated Sharpe"
          value={percent(selection.deflated_sharpe, 1)}
          reason={luck("deflated_sharpe")}
          note="Likely above luck; 95% is good"
        />
        <Figure
          name="Trials of this family"
          value={figure(selection.trials, 0)}
          note={
            selection.overfitting_probability === null
              ? luck("overfitting_probability")
              : `Overfitted with ${percent(selection.overfitting_probability, 0)}`
          }
        />
      </dl>
      {evidence ? (
        <p className="flex flex-wrap gap-x-4 border-t border-line px-4 py-2 text-xs text-muted">
          <Hash name="Result" value={evidence.result_hash} />
          <Hash name="Asked" value={evidence.config_hash} />
          <Hash name="Prices" value={evidence.dataset_hash} />
          <span>Version {evidence.code_version}</span>
        </p>
      ) : null}
    </>
  );
}

function Hash({ name, value }: { name: string; value: string }) {
  return (
    <span title={`SHA-256 ${value}`}>
      {name} <code className="text-text">{value.slice(0, 12)}</code>
    </span>
  );
}

function Actions({ run, results }: { run: Backtest; results: BacktestResults | undefined }) {
  const wish = useRunWish();
  const navigate = useNavigate();
  const [failure, setFailure] = useState<Error | null>(null);
  const isOpen = run.state === "waiting" || run.state === "running";
  const load = (part: string, name: string) =>
    downloadLines(`/backtests/${run.id}/${part}`, `${run.name} ${name}.csv`).then(() => setFailure(null), setFailure);
  const leave = () => navigate({ to: "/backtests", search: deskOnly });
  return (
    <div className="flex flex-wrap items-center gap-2">
      {isOpen ? (
        <Button
          look="danger"
          size="small"
          disabled={wish.isPending}
          onClick={() => wish.mutate({ do: "cancel", id: run.id })}
        >
          Stop
        </Button>
      ) : null}
      <Link to="/backtests" search={(search) => ({ ...deskOnly(search), like: run.id })} className={LINK}>
        Run again
      </Link>
      {results ? (
        <>
          <Link
            to="/studies"
            search={(search) => ({ ...deskOnly(search), like: run.id, kind: "leaks" })}
            className={LINK}
          >
            Examine this run
          </Link>
          <Link to="/backtests/$id/against" params={{ id: run.id }} search={deskOnly} className={LINK}>
            Beside paper
          </Link>
        </>
      ) : null}
      {results ? (
        <Menu label="Download" text="Download" icon={null}>
          {(close) => (
            <>
              {LISTS.map(([part, name]) => (
                <MenuRow
                  key={part}
                  onSelect={() => {
                    void load(part, name.toLowerCase());
                    close();
                  }}
                >
                  {name} as CSV
                </MenuRow>
              ))}
              <MenuRow
                onSelect={() => {
                  save(`${run.name}.json`, JSON.stringify({ run, results }, null, 2), "application/json");
                  close();
                }}
              >
                Figures as JSON
              </MenuRow>
              {FILES.map(([part, name, ending]) => (
                <a
                  key={name}
                  href={`/v1/backtests/${run.id}/${part}`}
                  download={`${run.name}.${ending}`}
                  className="flex min-h-9 items-center rounded-lg px-2.5 hover:bg-hover"
                >
                  {name}
                </a>
              ))}
            </>
          )}
        </Menu>
      ) : null}
      {isOpen ? null : (
        <DeleteButton
          disabled={wish.isPending}
          onDelete={() => wish.mutate({ do: "delete", id: run.id }, { onSuccess: leave })}
        />
      )}
      {(wish.error ?? failure) ? <Problem problem={(wish.error ?? failure) as Error} /> : null}
    </div>
  );
}

/** When a run was asked for, and what it says of itself while it is under way. */
export function askedAt(run: Backtest): string {
  return `Asked ${dateTime(run.asked_at)}. ${run.message}`;
}
