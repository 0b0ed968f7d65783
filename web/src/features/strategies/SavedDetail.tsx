import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type FormEvent, type ReactNode, useState } from "react";
import type { Performed, SavedStrategy, StrategyVersion } from "../../api/types";
import { figure, percent } from "../../lib/format";
import { deskOnly } from "../../lib/search";
import { date } from "../../lib/time";
import { Button } from "../../ui/Button";
import { DeleteButton } from "../../ui/DeleteButton";
import { Answer } from "../../ui/Panel";
import { Problem } from "../../ui/Problem";
import { type Column, Table } from "../../ui/Table";
import { type Draft, faultsOf, requestOf, wordOf } from "../backtests/ask";
import { TapeFields, TermFields } from "../backtests/RunFields";
import { FormFault, type Start } from "../backtests/RunForm";
import { performanceQuery, useRunSaved, useStrategyWish, versionsQuery } from "./queries";

interface SavedDetailProps {
  saved: SavedStrategy;
  start: Start;
  onGone: () => void;
  onRun: (backtestId: string) => void;
}

/** One saved strategy: its versions, what its backtests have brought, and a run of the newest. */
export function SavedDetail({ saved, start, onGone, onRun }: SavedDetailProps) {
  return (
    <div
      className="grid gap-x-6 gap-y-4 border-t border-line p-4 lg:grid-cols-[minmax(0,1fr)_22rem]"
      data-saved={saved.id}
    >
      <div className="flex min-w-0 flex-col gap-4">
        <Part title="What it has brought">
          <Brought saved={saved} />
        </Part>
        <Part title="Versions">
          <Versions saved={saved} />
        </Part>
        {saved.is_mine ? <Care saved={saved} onGone={onGone} /> : null}
      </div>
      <Part title={`Run version ${saved.version}`}>
        <RunSaved saved={saved} start={start} onRun={onRun} />
      </Part>
    </div>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <h3 className="mb-1.5 text-sm font-semibold">{title}</h3>
      {children}
    </div>
  );
}

interface PerformanceRow {
  version: number;
  runs: number;
  latest: Performed;
  best: Performed | null;
}

function Brought({ saved }: { saved: SavedStrategy }) {
  const performance = useQuery(performanceQuery(saved.id));
  const columns: readonly Column<PerformanceRow>[] = [
    { name: "Version", cell: (row) => row.version },
    { name: "Runs", right: true, cell: (row) => row.runs },
    { name: "Latest", cell: (row) => <RunLink run={row.latest} /> },
    { name: "Return", right: true, cell: (row) => percent(row.latest.figures.total_return, 1, true) },
    { name: "Sharpe", right: true, wideOnly: true, cell: (row) => figure(row.latest.figures.sharpe) },
    { name: "Best by Sharpe", wideOnly: true, cell: (row) => (row.best ? <RunLink run={row.best} /> : "—") },
  ];
  return (
    <Answer query={performance} rows={2}>
      {(found) =>
        found.versions.length === 0 ? (
          <p className="text-sm text-muted">No backtest of it has ended yet, so it has brought nothing.</p>
        ) : (
          <div className="-mx-2">
            <Table
              caption="What each version has brought"
              columns={columns}
              rows={[...found.versions].reverse()}
              rowKey={(row) => `${row.version}`}
            />
          </div>
        )
      }
    </Answer>
  );
}

function RunLink({ run }: { run: Performed }) {
  return (
    <Link
      to="/backtests/$id"
      params={{ id: run.backtest_id }}
      search={deskOnly}
      className="inline-flex min-h-6 items-center text-accent hover:underline"
    >
      {run.name}
    </Link>
  );
}

function Versions({ saved }: { saved: SavedStrategy }) {
  const versions = useQuery(versionsQuery(saved.id));
  const columns: readonly Column<StrategyVersion>[] = [
    { name: "Version", cell: (row) => row.number },
    { name: "Made", cell: (row) => <span className="figures whitespace-nowrap">{date(row.made_at)}</span> },
    { name: "Symbols", wideOnly: true, cell: (row) => row.symbols.join(", ") },
    {
      name: "Parameters",
      cell: (row) => (
        <span className="text-sm">
          {Object.entries(row.parameters)
            .map(([name, value]) => `${wordOf(name)} ${String(value)}`)
            .join(", ")}
          {row.note ? <span className="block text-xs text-muted">{row.note}</span> : null}
        </span>
      ),
    },
  ];
  return (
    <Answer query={versions} rows={2}>
      {(rows) => (
        <div className="-mx-2">
          <Table caption="Versions" columns={columns} rows={[...rows].reverse()} rowKey={(row) => `${row.number}`} />
        </div>
      )}
    </Answer>
  );
}

/** Publishing and deleting, which only its owner does. */
function Care({ saved, onGone }: { saved: SavedStrategy; onGone: () => void }) {
  const wish = useStrategyWish();
  const { id, is_published: isPublished } = saved;
  return (
    <div className="flex flex-wrap items-center gap-2">
      <Button
        size="small"
        disabled={wish.isPending}
        onClick={() => wish.mutate({ do: isPublished ? "withdraw" : "publish", id })}
      >
        {isPublished ? "Keep it to yourself again" : "Publish to your workspace"}
      </Button>
      <DeleteButton
        disabled={wish.isPending}
        asks="Really delete, with its versions"
        onDelete={() => wish.mutate({ do: "delete", id }, { onSuccess: onGone })}
      />
      {wish.error ? <Problem problem={wish.error} /> : null}
    </div>
  );
}

const NAME_MAX = 80;

const isOfParameter = ([field]: [string, string]): boolean => field.startsWith("parameters.");

function RunSaved({ saved, start, onRun }: Omit<SavedDetailProps, "onGone">) {
  const [draft, setDraft] = useState<Draft>({ ...start.draft, name: saved.name.slice(0, NAME_MAX) });
  const run = useRunSaved(saved.id);
  const faults = faultsOf(run.error, draft);
  // What is traded stands fast here: a refusal of it has no field to stand beside.
  const loose = faults.form ?? faults.symbols ?? faults.name ?? Object.entries(faults).find(isOfParameter)?.[1];
  const set = (change: Partial<Draft>) => {
    setDraft({ ...draft, ...change });
    run.reset();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const { strategy: _strategy, symbols: _symbols, parameters: _parameters, ...terms } = requestOf(draft, {});
    run.mutate(terms, { onSuccess: (asked) => onRun(asked.id) });
  };
  const fields = { draft, faults, set };
  return (
    <form onSubmit={submit} className="flex flex-col gap-3.5" noValidate data-ask="saved">
      <TapeFields {...fields} tapes={start.tapes} />
      <TermFields {...fields} />
      <FormFault faults={loose === undefined ? {} : { form: loose }} />
      <Button type="submit" look="primary" disabled={run.isPending || !saved.is_active}>
        Run backtest
      </Button>
      {saved.is_active ? null : <p className="text-xs text-muted">It is switched off, so it is not run.</p>}
    </form>
  );
}
