import { useState } from "react";
import type { Jitter, ShakenRun, StudyResults } from "../../../api/types";
import { figure, percent } from "../../../lib/format";
import { Button } from "../../../ui/Button";
import { Figure } from "../../../ui/Figure";
import { Panel } from "../../../ui/Panel";
import { BarPlot } from "../../../ui/plots/BarPlot";
import { PlotPanel } from "../../../ui/plots/PlotPanel";
import { binsOf } from "../../../ui/plots/scale";
import { type Column, Table } from "../../../ui/Table";
import { wordOf } from "../../backtests/ask";
import { type Drawn, DrawnTable } from "../../backtests/DrawnTable";
import { sentence } from "../../backtests/figures";
import { FigureRow, LuckFigures } from "./LuckFigures";

const MEASURES = [
  { name: "total_return", title: "Total return", isRatio: false },
  { name: "sharpe", title: "Sharpe ratio", isRatio: true },
  { name: "max_drawdown", title: "Deepest fall", isRatio: false },
] as const;

type Measure = (typeof MEASURES)[number];

const written = ({ isRatio }: Measure, value: number | null | undefined): string =>
  isRatio ? figure(value) : percent(value, 1);

/** How firm the run stands: what it came to, what half of the shaken ones came to, and how many lose. */
export function JitterFigures({ study, found }: { study: StudyResults; found: Jitter }) {
  const { figures, reasons } = found;
  return (
    <FigureRow>
      {MEASURES.map((measure) => {
        const spread = figures[measure.name];
        return (
          <Figure
            key={measure.name}
            name={measure.title}
            value={written(measure, found.as_it_is[measure.name])}
            reason={spread ? null : sentence(reasons[measure.name])}
            note={`${written(measure, spread?.quantiles["0.5"])} in half of the runs`}
          />
        );
      })}
      <Figure
        name="Runs that lose"
        value={percent(found.share_losing, 0)}
        reason={found.share_losing === null ? sentence(reasons.share_losing) : null}
        note={`Of ${found.runs.length}`}
      />
      <LuckFigures study={study} note="Of the run as it is; 95% is good" />
    </FigureRow>
  );
}

/** How each figure spreads with the run itself marked, and every run with how it was shaken. */
export function JitterPanels({ found }: { found: Jitter }) {
  const rows = MEASURES.flatMap(({ name, title, isRatio }): Drawn[] => {
    const spread = found.figures[name];
    return spread ? [{ ...spread, name: title, isRatio }] : [];
  });
  return (
    <>
      <div className="grid gap-3 lg:grid-cols-3">
        {MEASURES.map((measure) => (
          <Spread key={measure.name} measure={measure} found={found} />
        ))}
      </div>
      {rows.length > 0 ? (
        <Panel title="Figures over all runs" bodyClassName="pb-2">
          <DrawnTable caption="Figures over all runs" rows={rows} />
        </Panel>
      ) : null}
      <Panel title="The five that brought least" count={found.worst.length}>
        <RunTable caption="The five that brought least" found={found} rows={found.worst} />
      </Panel>
      <AllRuns found={found} />
    </>
  );
}

interface SpreadProps {
  measure: Measure;
  found: Jitter;
}

function Spread({ measure, found }: SpreadProps) {
  const values = found.runs.flatMap((run) => {
    const value = run[measure.name];
    return value === null ? [] : [value];
  });
  const bins = binsOf(values, Math.max(6, Math.min(20, values.length)));
  const was = found.as_it_is[measure.name];
  const said = (value: number | null) => written(measure, value);
  return (
    <PlotPanel
      title={measure.title}
      table={
        values.length > 0 ? (
          <Table
            caption={`How many runs had which ${measure.title.toLowerCase()}`}
            columns={[
              { name: "From", right: true, cell: (bin) => said(bin.from) },
              { name: "To", right: true, cell: (bin) => said(bin.to) },
              { name: "Runs", right: true, cell: (bin) => bin.count },
            ]}
            rows={bins}
            rowKey={(bin) => `${bin.from}`}
          />
        ) : undefined
      }
    >
      {values.length === 0 ? (
        <p className="px-4 py-6 text-sm text-muted">{sentence(found.reasons[measure.name])}</p>
      ) : (
        <BarPlot
          bins={bins}
          height={190}
          noun="runs"
          format={said}
          mark={was === null ? null : { value: was, name: "As it is" }}
          caption={`${measure.title} of ${values.length} shaken runs between ${said(Math.min(...values))} and ${said(Math.max(...values))}; as it is ${said(was)}.`}
        />
      )}
    </PlotPanel>
  );
}

interface RunTableProps {
  caption: string;
  found: Jitter;
  rows: readonly ShakenRun[];
}

/** Runs with how each was shaken; parameters that never moved are left out. */
function RunTable({ caption, found, rows }: RunTableProps) {
  const was = found.as_it_is.parameters;
  const moved = Object.keys(was).filter((name) =>
    found.runs.some((run) => String(run.parameters[name]) !== String(was[name])),
  );
  const columns: Column<ShakenRun>[] = [
    { name: "Run", cell: (run) => run.number },
    { name: "Return", right: true, cell: (run) => percent(run.total_return, 2, true) },
    { name: "Sharpe", right: true, cell: (run) => figure(run.sharpe) },
    { name: "Deepest fall", right: true, wideOnly: true, cell: (run) => percent(run.max_drawdown) },
    ...moved.map(
      (name): Column<ShakenRun> => ({
        name: wordOf(name),
        right: true,
        wideOnly: true,
        cell: (run) => String(run.parameters[name]),
      }),
    ),
    { name: "Fees", right: true, wideOnly: true, cell: (run) => percent(run.fees, 0) },
    { name: "Slippage", right: true, wideOnly: true, cell: (run) => `${figure(run.slippage_bps)} bp` },
    { name: "Half spread", right: true, wideOnly: true, cell: (run) => `${figure(run.half_spread_bps)} bp` },
    { name: "Bars late", right: true, cell: (run) => figure(run.delay_bars, 0) },
    {
      name: "Why missing",
      wideOnly: true,
      cell: (run) => <span className="text-xs text-muted">{run.reason ?? ""}</span>,
    },
  ];
  return <Table caption={caption} columns={columns} rows={rows} rowKey={(run) => `${run.number}`} />;
}

const SHOWN = 25;

function AllRuns({ found }: { found: Jitter }) {
  const [shown, setShown] = useState(SHOWN);
  return (
    <Panel title="Every run" count={found.runs.length}>
      <RunTable caption="Every shaken run" found={found} rows={found.runs.slice(0, shown)} />
      {found.runs.length > shown ? (
        <div className="border-t border-line p-2 text-center">
          <Button size="small" onClick={() => setShown(shown + 200)}>{`More of ${found.runs.length}`}</Button>
        </div>
      ) : null}
    </Panel>
  );
}
