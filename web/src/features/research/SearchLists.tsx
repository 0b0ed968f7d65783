import { useInfiniteQuery } from "@tanstack/react-query";
import type { Sweep, WalkForward } from "../../api/types";
import { figure } from "../../lib/format";
import { Empty } from "../../ui/Empty";
import { Answer, Panel } from "../../ui/Panel";
import { type Column, Table } from "../../ui/Table";
import { wordOf } from "../backtests/ask";
import { columnsTo, OlderOnes } from "./listing";
import { sweepsQuery, walksQuery } from "./queries";

const axesSaid = (row: Sweep): string => Object.keys(row.axes).map(wordOf).join(", ");

const SWEEP_COLUMNS: readonly Column<Sweep>[] = [
  ...columnsTo<Sweep>("/sweeps/$id", axesSaid),
  {
    name: "Trials",
    right: true,
    wideOnly: true,
    cell: (row) => `${figure(row.ended_trials, 0)} of ${figure(row.trials, 0)}`,
  },
];

const WALK_COLUMNS: readonly Column<WalkForward>[] = [
  ...columnsTo<WalkForward>("/sweeps/walk-forwards/$id", axesSaid),
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
      <OlderOnes query={sweeps} />
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
      <OlderOnes query={walks} />
    </Panel>
  );
}
