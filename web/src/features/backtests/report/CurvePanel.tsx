import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import type { Backtest, BacktestResults, RunPoint } from "../../../api/types";
import { axisPrice, figure, money, percent } from "../../../lib/format";
import { date, dateTime, utc } from "../../../lib/time";
import { Choice } from "../../../ui/Field";
import { Answer } from "../../../ui/Panel";
import { LinePlot, type Pane } from "../../../ui/plots/LinePlot";
import { PlotPanel } from "../../../ui/plots/PlotPanel";
import { type Column, Table } from "../../../ui/Table";
import { asOf, curveOf, fallsOf, intervalFor, rollingSharpe, startingWith, windowOf } from "../curves";
import { closesQuery, pointsQuery } from "../queries";

const SCALES = [
  { value: "plain", label: "Plain" },
  { value: "log", label: "Log" },
] as const;

const ROWS_MAX = 250;

const whole = (value: number): string => axisPrice(value, 0);
const rate = (value: number): string => percent(value, Math.abs(value) < 0.02 && value !== 0 ? 1 : 0);

const COLUMNS: readonly Column<RunPoint>[] = [
  { name: "Close", cell: ({ at }) => <span title={utc(at)}>{dateTime(at)}</span> },
  { name: "Equity", right: true, cell: ({ equity }) => money(equity) },
  { name: "Cash", right: true, wideOnly: true, cell: ({ cash }) => money(cash) },
  { name: "Invested", right: true, wideOnly: true, cell: ({ invested }) => money(invested) },
];

interface CurvePanelProps {
  run: Backtest;
  results: BacktestResults;
}

/** What the account was worth, beside what the benchmark would have brought, and how far it stood below its highest. */
export function CurvePanel({ run, results }: CurvePanelProps) {
  const [scale, setScale] = useState<"plain" | "log">("plain");
  const points = useQuery(pointsQuery(run.id));
  const interval = intervalFor(results.began_at, results.ended_at, results.frames);
  const benchmark = useQuery(
    closesQuery(run.tape_id, run.benchmark ?? "", results.began_at, results.ended_at, interval),
  );
  const drawn = useMemo(() => {
    const curve = curveOf(points.data ?? []);
    const closes = (benchmark.data?.items ?? []).map(({ at, close }) => ({ at, equity: close }));
    const start = curve.values.find((value) => value !== null) ?? 1;
    const beside = closes.length > 1 ? startingWith(asOf(curveOf(closes), curve.at), start ?? 1) : null;
    return { at: curve.at, values: curve.values, beside, falls: fallsOf(curve.values) };
  }, [points.data, benchmark.data]);
  const lines: Pane["lines"] = [
    { name: "Equity", values: drawn.values, tone: "accent", isFilled: scale === "plain" },
    ...(drawn.beside
      ? [{ name: run.benchmark ?? "", values: drawn.beside, tone: "series-2" as const, dash: "5 3" }]
      : []),
  ];
  const panes: Pane[] = [
    { lines, height: 250, format: whole, isLog: scale === "log" },
    {
      lines: [{ name: "Below the highest", values: drawn.falls, tone: "down", isFilled: true }],
      height: 84,
      format: rate,
      hasZero: true,
    },
  ];
  const caption = `Equity from ${money(results.equity_before)} on ${date(results.began_at)} to ${money(results.equity_after)} on ${date(results.ended_at)}; at the deepest ${percent(results.figures.max_drawdown)} below its highest.`;
  return (
    <PlotPanel
      title="Equity"
      actions={
        <Choice label="Scale" hideLabel value={scale} choices={SCALES} onChange={setScale} className="text-sm" />
      }
      table={
        <Table
          caption="Equity at every close, newest first"
          columns={COLUMNS}
          rows={[...(points.data ?? [])].reverse().slice(0, ROWS_MAX)}
          rowKey={({ at }) => at}
        />
      }
    >
      <Answer query={points} rows={12}>
        {(known) =>
          known.length < 2 ? (
            <p className="px-4 py-6 text-sm text-muted">A line needs two closes.</p>
          ) : (
            <LinePlot at={drawn.at} {...{ panes, caption }} when={(at) => date(new Date(at).toISOString())} />
          )
        }
      </Answer>
    </PlotPanel>
  );
}

/** The Sharpe ratio of the last so many closes, as it went. */
export function RollingPanel({ run, results }: CurvePanelProps) {
  const points = useQuery(pointsQuery(run.id));
  const drawn = useMemo(() => {
    const curve = curveOf(points.data ?? []);
    const window = windowOf(curve.at.length);
    return { at: curve.at, window, values: rollingSharpe(curve, window, Number(run.risk_free)) };
  }, [points.data, run.risk_free]);
  const known = drawn.values.filter((value) => value !== null);
  const sharpe = results.figures.sharpe ?? null;
  const lines: Pane["lines"] = [
    { name: "Rolling", values: drawn.values, tone: "accent" },
    { name: "Whole run", values: drawn.at.map(() => sharpe), tone: "muted", dash: "4 4" },
  ];
  return (
    <PlotPanel title="Rolling Sharpe ratio" note={`Of ${drawn.window} closes at a time, a year.`}>
      <Answer query={points} rows={6}>
        {() =>
          known.length < 2 ? (
            <p className="px-4 py-6 text-sm text-muted">
              The run is too short, or its returns do not differ, for a ratio of {drawn.window} closes.
            </p>
          ) : (
            <LinePlot
              at={drawn.at}
              panes={[{ lines, height: 170, format: (value) => figure(value, 1), hasZero: true }]}
              caption={`The Sharpe ratio of ${drawn.window} closes at a time, between ${figure(Math.min(...known))} and ${figure(Math.max(...known))}.`}
              when={(at) => date(new Date(at).toISOString())}
            />
          )
        }
      </Answer>
    </PlotPanel>
  );
}
