import type { BacktestResults } from "../../../api/types";
import { figure, money } from "../../../lib/format";
import { Delta } from "../../../ui/Figures";
import { Panel } from "../../../ui/Panel";
import { Table } from "../../../ui/Table";
import { wordOf } from "../ask";

interface GainRow {
  name: string;
  trips: number | null | undefined;
  gain: string | null;
  /** Absent where fees are not told apart. */
  fees?: string;
}

interface GainTableProps {
  /** What the rows are told apart by. */
  by: string;
  rows: readonly GainRow[];
}

/** What round trips brought, told apart by something. */
function GainTable({ by, rows }: GainTableProps) {
  return (
    <div className="quiet-scroll max-h-72 overflow-y-auto">
      <Table
        caption={`By ${by.toLowerCase()}`}
        columns={[
          { name: by, cell: (row) => <span className="font-medium wrap-anywhere">{row.name}</span> },
          { name: "Closed", right: true, cell: (row) => figure(row.trips, 0) },
          { name: "Gain", right: true, cell: (row) => <Delta value={row.gain} /> },
          ...(rows.some(({ fees }) => fees !== undefined)
            ? [{ name: "Fees", right: true, cell: (row: GainRow) => money(row.fees) }]
            : []),
        ]}
        rows={rows}
        rowKey={(row) => row.name}
      />
    </div>
  );
}

const ofFloat = (value: number | null | undefined): string | null =>
  typeof value === "number" ? value.toFixed(2) : null;

/** What each symbol and each side brought. */
export function BreakdownPanel({ results }: { results: BacktestResults }) {
  const { figures } = results;
  const symbols = (results.by_symbol ?? []).map((row) => ({ ...row, name: row.symbol, trips: row.round_trips }));
  const sides = [
    { name: "Long", trips: figures.long_trips, gain: ofFloat(figures.long_gain) },
    { name: "Short", trips: figures.short_trips, gain: ofFloat(figures.short_gain) },
  ];
  return (
    <Panel title="By symbol and side" bodyClassName="pb-2">
      {symbols.length === 0 ? (
        <p className="px-4 pt-3 text-sm text-muted">No round trip was closed.</p>
      ) : (
        <GainTable by="Symbol" rows={symbols} />
      )}
      <div className="mt-2 border-t border-line pt-1">
        <GainTable by="Side" rows={sides} />
      </div>
    </Panel>
  );
}

/** What each tag of the strategy and each reason to leave brought. */
export function ReasonsPanel({ results }: { results: BacktestResults }) {
  const tags = (results.by_tag ?? []).map((row) => ({
    ...row,
    name: row.tag ?? "Without a tag",
    trips: row.round_trips,
  }));
  const exits = (results.by_exit_reason ?? []).map((row) => ({
    ...row,
    name: row.reason === null ? "Still open" : wordOf(row.reason),
    trips: row.round_trips,
  }));
  return (
    <Panel title="By tag and reason to leave" bodyClassName="pb-2">
      {tags.length === 0 && exits.length === 0 ? (
        <p className="px-4 pt-3 text-sm text-muted">There was no round trip.</p>
      ) : (
        <>
          <GainTable by="Tag" rows={tags} />
          <div className="mt-2 border-t border-line pt-1">
            <GainTable by="Why left" rows={exits} />
          </div>
        </>
      )}
    </Panel>
  );
}
