import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { Backtest } from "../../api/types";
import { deskOnly } from "../../lib/search";
import { dateTime, utc } from "../../lib/time";
import { Button } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { SelectField, TextField } from "../../ui/Field";
import { Answer, Panel } from "../../ui/Panel";
import { sorting } from "../../ui/Sorting";
import { type Column, Table } from "../../ui/Table";
import { wordOf } from "./ask";
import { backtestsQuery, type RunsFilter, strategiesQuery } from "./queries";
import { RunState } from "./RunState";

const STATES = ["waiting", "running", "done", "failed", "cancelled"] as const;
const COMPARED_MAX = 8;

const COLUMNS: readonly Column<Backtest>[] = [
  {
    name: "Name",
    sort: "name",
    cell: (run) => (
      <span className="block min-w-0">
        <Link
          to="/backtests/$id"
          params={{ id: run.id }}
          search={deskOnly}
          className="font-medium text-accent underline-offset-2 hover:underline"
        >
          {run.name}
        </Link>
        <span className="block text-xs text-muted sm:hidden">
          {wordOf(run.strategy)} · {run.symbols.slice(0, 3).join(", ")}
        </span>
      </span>
    ),
  },
  { name: "Strategy", sort: "strategy", wideOnly: true, cell: (run) => wordOf(run.strategy) },
  {
    name: "Symbols",
    wideOnly: true,
    cell: (run) => (
      <span title={run.symbols.join(", ")}>
        {run.symbols.slice(0, 3).join(", ")}
        {run.symbols.length > 3 ? ` and ${run.symbols.length - 3} more` : ""}
      </span>
    ),
  },
  { name: "State", sort: "state", cell: (run) => <RunState {...run} /> },
  {
    name: "Asked",
    sort: "asked_at",
    wideOnly: true,
    cell: (run) => (
      <span className="figures whitespace-nowrap text-muted" title={utc(run.asked_at)}>
        {dateTime(run.asked_at)}
      </span>
    ),
  },
];

interface BacktestsListProps {
  filter: RunsFilter;
  onFilter: (change: RunsFilter) => void;
  onCompare: (ids: readonly string[]) => void;
}

/** All runs, as filtered and sorted; up to eight can be marked and compared. */
export function BacktestsList({ filter, onFilter, onCompare }: BacktestsListProps) {
  const [marked, setMarked] = useState<readonly string[]>([]);
  const runs = useInfiniteQuery(backtestsQuery(filter));
  const isNarrowed = Boolean(filter.strategy || filter.symbol || filter.state);
  const mark = (id: string) =>
    setMarked(marked.includes(id) ? marked.filter((each) => each !== id) : [...marked, id].slice(-COMPARED_MAX));
  return (
    <Panel
      title="Backtests"
      count={runs.data?.length}
      actions={
        <Button size="small" disabled={marked.length < 2} onClick={() => onCompare(marked)}>
          {marked.length < 2 ? "Mark two to compare" : `Compare ${marked.length}`}
        </Button>
      }
    >
      <Filters filter={filter} onFilter={onFilter} />
      <Answer query={runs} rows={8}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty
              sentence={isNarrowed ? "No run is like this." : "No backtests yet. Choose a strategy and run it."}
              command="paperdesk backtests run sma_cross AAPL"
            >
              {isNarrowed ? (
                <Button size="small" onClick={() => onFilter({ sort: filter.sort })}>
                  Show all runs
                </Button>
              ) : null}
            </Empty>
          ) : (
            <Table
              caption="Backtests"
              columns={[
                markColumn(marked, mark),
                ...sorting(COLUMNS, filter.sort ?? "-asked_at", (sort) => onFilter({ ...filter, sort })),
              ]}
              rows={rows}
              rowKey={(run) => run.id}
              isChosen={(run) => marked.includes(run.id)}
            />
          )
        }
      </Answer>
      {runs.hasNextPage ? (
        <div className="border-t border-line p-2 text-center">
          <Button size="small" disabled={runs.isFetchingNextPage} onClick={() => runs.fetchNextPage()}>
            More runs
          </Button>
        </div>
      ) : null}
    </Panel>
  );
}

function markColumn(marked: readonly string[], onMark: (id: string) => void): Column<Backtest> {
  return {
    name: "Mark",
    hideName: true,
    cell: (run) => (
      <input
        type="checkbox"
        className="block size-6 accent-(--accent)"
        aria-label={`Mark ${run.name}`}
        checked={marked.includes(run.id)}
        onChange={() => onMark(run.id)}
      />
    ),
  };
}

function Filters({ filter, onFilter }: Pick<BacktestsListProps, "filter" | "onFilter">) {
  const strategies = useQuery(strategiesQuery);
  const [symbol, setSymbol] = useState(filter.symbol ?? "");
  const look = () => onFilter({ ...filter, symbol: symbol.trim().toUpperCase() || undefined });
  return (
    <form
      className="grid grid-cols-2 gap-3 border-b border-line px-4 py-3 sm:grid-cols-3"
      onSubmit={(event) => {
        event.preventDefault();
        look();
      }}
    >
      <SelectField
        label="Strategy"
        value={filter.strategy ?? ""}
        onChange={(event) => onFilter({ ...filter, strategy: event.target.value || undefined })}
      >
        <option value="">All</option>
        {strategies.data?.map(({ name }) => (
          <option key={name} value={name}>
            {wordOf(name)}
          </option>
        ))}
      </SelectField>
      <SelectField
        label="State"
        value={filter.state ?? ""}
        onChange={(event) => onFilter({ ...filter, state: event.target.value || undefined })}
      >
        <option value="">All</option>
        {STATES.map((state) => (
          <option key={state} value={state}>
            {wordOf(state)}
          </option>
        ))}
      </SelectField>
      <TextField
        label="With symbol"
        className="max-sm:col-span-2"
        autoComplete="off"
        value={symbol}
        onChange={(event) => setSymbol(event.target.value)}
        onBlur={look}
      />
    </form>
  );
}
