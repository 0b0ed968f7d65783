import { useQuery } from "@tanstack/react-query";
import clsx from "clsx";
import type { Backtest, BacktestResults } from "../../../api/types";
import { percent } from "../../../lib/format";
import { Answer, Panel } from "../../../ui/Panel";
import { BarPlot } from "../../../ui/plots/BarPlot";
import { heatOf } from "../../../ui/plots/heat";
import { PlotPanel } from "../../../ui/plots/PlotPanel";
import { binsOf } from "../../../ui/plots/scale";
import { type Column, Table } from "../../../ui/Table";
import { unitOf, yearsOf } from "../curves";
import { periodsQuery } from "../queries";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Every month by its year: what it brought, and how the year ended. */
export function MonthsPanel({ run }: { run: Backtest }) {
  const months = useQuery(periodsQuery(run.id, "month"));
  const years = useQuery(periodsQuery(run.id, "year"));
  const rows = yearsOf(months.data ?? [], years.data ?? []);
  const most = Math.max(0.01, ...rows.flatMap((row) => row.months.map((value) => Math.abs(value ?? 0))));
  return (
    <Panel title="Months" bodyClassName="py-2">
      <Answer query={{ ...months, error: months.error ?? years.error }} rows={6}>
        {() => (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable from the keyboard
          <section className="quiet-scroll overflow-x-auto px-3" tabIndex={0} aria-label="Returns by month">
            <table className="figures w-full border-separate border-spacing-0.5 text-xs">
              <caption className="sr-only">Return of every month by year, and of the year</caption>
              <thead>
                <tr className="text-muted">
                  <th scope="col" className="px-1 text-left font-medium">
                    Year
                  </th>
                  {MONTHS.map((month) => (
                    <th key={month} scope="col" className="px-1.5 text-right font-medium">
                      {month}
                    </th>
                  ))}
                  <th scope="col" className="px-1.5 text-right font-medium">
                    Year
                  </th>
                </tr>
              </thead>
              <tbody>
                {rows.map((row) => (
                  <tr key={row.year} data-year={row.year}>
                    <th scope="row" className="px-1 text-left font-medium text-muted">
                      {row.year}
                    </th>
                    {row.months.map((value, n) => (
                      <RateCell key={MONTHS[n]} value={value} most={most} />
                    ))}
                    <RateCell value={row.total} />
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
        )}
      </Answer>
    </Panel>
  );
}

/** A return, tinted by how much of the greatest it is; a total is not tinted. */
function RateCell({ value, most }: { value: number | null; most?: number }) {
  const isTotal = most === undefined;
  return (
    <td
      className={clsx("rounded-sm px-1.5 py-1.5 text-right whitespace-nowrap", isTotal && "font-semibold")}
      style={isTotal || value === null ? undefined : { background: heatOf(value / most) }}
    >
      {value === null ? <span className="text-muted">—</span> : percent(value, 1, true)}
    </td>
  );
}

interface BinRow {
  from: number;
  to: number;
  count: number;
}

const COLUMNS: readonly Column<BinRow>[] = [
  { name: "From", right: true, cell: (bin) => percent(bin.from, 2, true) },
  { name: "To", right: true, cell: (bin) => percent(bin.to, 2, true) },
  { name: "How many", right: true, cell: (bin) => bin.count },
];

/** How often a day brought how much; of a long run, a week. */
export function ReturnsPanel({ run, results }: { run: Backtest; results: BacktestResults }) {
  const by = unitOf(results.began_at, results.ended_at);
  const noun = `${by}s`;
  const days = useQuery(periodsQuery(run.id, by));
  const rates = (days.data ?? []).flatMap(({ rate }) => (rate === null ? [] : [rate]));
  const active = rates.filter((rate) => rate !== 0);
  const flat = rates.length - active.length;
  const bins = binsOf(active, 26);
  return (
    <PlotPanel
      title={`Returns of ${noun}`}
      note={flat > 0 ? `${flat} of ${rates.length} ${noun} without any change are left out.` : undefined}
      table={
        <Table
          caption={`How many ${noun} had which return`}
          columns={COLUMNS}
          rows={bins}
          rowKey={(bin) => `${bin.from}`}
        />
      }
    >
      <Answer query={days} rows={6}>
        {() =>
          active.length < 2 ? (
            <p className="px-4 py-6 text-sm text-muted">Fewer than two {noun} brought anything.</p>
          ) : (
            <BarPlot
              bins={bins}
              height={186}
              noun={noun}
              format={(value) => percent(value, 1)}
              caption={`Returns of ${active.length} ${noun} between ${percent(Math.min(...active))} and ${percent(Math.max(...active))}.`}
            />
          )
        }
      </Answer>
    </PlotPanel>
  );
}
