import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Sweep, WalkForward } from "../../api/types";
import { figure } from "../../lib/format";
import { deskOnly } from "../../lib/search";
import { dateTime, utc } from "../../lib/time";
import { Button } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { Answer, Panel } from "../../ui/Panel";
import { type Column, Table } from "../../ui/Table";
import { wordOf } from "../backtests/ask";
import { RunState } from "../backtests/RunState";
import { sweepsQuery, walksQuery } from "./queries";

function columnsTo<Row extends Sweep>(to: "/sweeps/$id" | "/sweeps/walk-forwards/$id"): readonly Column<Row>[] {
  return [
    {
      name: "Name",
      cell: (row) => (
        <span className="block min-w-0">
          <Link
            to={to}
            params={{ id: row.id }}
            search={deskOnly}
            className="font-medium text-accent underline-offset-2 hover:underline"
          >
            {row.name}
          </Link>
          <span className="block text-xs text-muted">
            {wordOf(row.strategy)} · {Object.keys(row.axes).map(wordOf).join(", ")}
          </span>
        </span>
      ),
    },
    { name: "Symbols", wideOnly: true, cell: (row) => row.symbols.slice(0, 3).join(", ") },
    { name: "State", cell: (row) => <RunState {...row} /> },
    {
      name: "Asked",
      wideOnly: true,
      cell: (row) => (
        <span className="figures whitespace-nowrap text-muted" title={utc(row.asked_at)}>
          {dateTime(row.asked_at)}
        </span>
      ),
    },
  ];
}

const SWEEP_COLUMNS: readonly Column<Sweep>[] = [
  ...columnsTo<Sweep>("/sweeps/$id"),
  {
    name: "Trials",
    right: true,
    wideOnly: true,
    cell: (row) => `${figure(row.ended_trials, 0)} of ${figure(row.trials, 0)}`,
  },
];

const WALK_COLUMNS: readonly Column<WalkForward>[] = [
  ...columnsTo<WalkForward>("/sweeps/walk-forwards/$id"),
  { name: "Folds", right: true, wideOnly: true, cell: (row) => `${row.ended_folds} of ${row.fold_count}` },
];

/** All sweeps, newest first. */
export function SweepsList() {
  const sweeps = useInfiniteQuery(sweepsQuery);
  return (
    <Panel title="Sweeps" count={sweeps.data?.length}>
      <Answer query={sweeps} rows={4}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty
              sentence="No sweeps yet. Give a parameter several values and see which of them hold."
              command="paperdesk sweeps run sma_cross AAPL --range fast=5:50:5 --range slow=100,150,200"
            />
          ) : (
            <Table caption="Sweeps" columns={SWEEP_COLUMNS} rows={rows} rowKey={(row) => row.id} />
          )
        }
      </Answer>
      <More query={sweeps} />
    </Panel>
  );
}

/** All walks forward, newest first. */
export function WalksList() {
  const walks = useInfiniteQuery(walksQuery);
  return (
    <Panel title="Walks forward" count={walks.data?.length}>
      <Answer query={walks} rows={4}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty
              sentence="No walks forward yet: they ask what a choice brings after the days it was made on."
              command="paperdesk walk-forwards run sma_cross AAPL --range fast=5,10,20 --choose-on 504 --trade 126"
            />
          ) : (
            <Table caption="Walks forward" columns={WALK_COLUMNS} rows={rows} rowKey={(row) => row.id} />
          )
        }
      </Answer>
      <More query={walks} />
    </Panel>
  );
}

interface MoreProps {
  query: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown };
}

function More({ query }: MoreProps) {
  return query.hasNextPage ? (
    <div className="border-t border-line p-2 text-center">
      <Button size="small" disabled={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
        Older ones
      </Button>
    </div>
  ) : null;
}
