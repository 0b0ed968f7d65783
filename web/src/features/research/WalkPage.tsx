import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { Fold, WalkForwardResults, WalkPoint } from "../../api/types";
import { axisPrice, figure, percent } from "../../lib/format";
import { date } from "../../lib/time";
import { Figure } from "../../ui/Figure";
import { Answer, Panel } from "../../ui/Panel";
import { LinePlot } from "../../ui/plots/LinePlot";
import { PlotPanel } from "../../ui/plots/PlotPanel";
import { type Dot, ScatterPlot } from "../../ui/plots/ScatterPlot";
import { StretchPlot } from "../../ui/plots/StretchPlot";
import { seriesOf } from "../../ui/plots/tones";
import { type Column, Table } from "../../ui/Table";
import { wordOf } from "../backtests/ask";
import { fallsOf } from "../backtests/curves";
import { reasonOf, sentence } from "../backtests/figures";
import { driftOf, numbersIn, stretchesOf } from "./folds";
import { walkPointsQuery } from "./queries";
import { SearchHeader } from "./SearchHeader";

/** What was chosen fold by fold, what it brought afterwards, and what was kept of what was promised. */
export function WalkPage({ walk }: { walk: WalkForwardResults }) {
  const points = useQuery({ ...walkPointsQuery(walk.id), enabled: walk.ended_folds > 0 });
  const said = `${walk.walk === "anchored" ? "anchored" : "rolling"}, chosen on ${walk.choose_on} sessions, traded on ${walk.trade_on}, best by ${wordOf(walk.objective).toLowerCase()}`;
  return (
    <div className="flex min-w-0 flex-col gap-3">
      <SearchHeader search={walk} of="walk-forwards" said={said}>
        <Kept walk={walk} />
      </SearchHeader>
      <Curve walk={walk} points={points.data ?? []} />
      <div className="grid gap-3 xl:grid-cols-2">
        <Folds walk={walk} points={points.data ?? []} />
        <Promises walk={walk} />
      </div>
      <Drift walk={walk} points={points.data ?? []} />
      <FoldTable walk={walk} />
    </div>
  );
}

/** How much of what the choice promised was there when it was traded. */
function Kept({ walk }: { walk: WalkForwardResults }) {
  const why = (name: "sharpe_kept" | "return_kept") =>
    walk[name] === null ? sentence(walk.reasons[name], "No fold has ended yet.") : null;
  return (
    <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-b-xl border-t border-line bg-line lg:grid-cols-6">
      <Figure
        name="Sharpe kept"
        value={percent(walk.sharpe_kept, 0)}
        reason={why("sharpe_kept")}
        note="100% is all that was promised"
      />
      <Figure
        name="Return kept"
        value={percent(walk.return_kept, 0)}
        reason={why("return_kept")}
        note="Of the returns a session"
      />
      <Figure
        name="Total return"
        value={percent(walk.figures.total_return, 2, true)}
        reason={reasonOf(walk, "total_return")}
      />
      <Figure name="Sharpe ratio" value={figure(walk.figures.sharpe)} reason={reasonOf(walk, "sharpe")} />
      <Figure name="Deepest fall" value={percent(walk.figures.max_drawdown)} reason={reasonOf(walk, "max_drawdown")} />
      <Figure
        name="Trials of this family"
        value={figure(walk.family_trials, 0)}
        note={`${walk.ended_folds} of ${walk.fold_count} folds`}
      />
    </dl>
  );
}

interface PartProps {
  walk: WalkForwardResults;
  points: readonly WalkPoint[];
}

const when = (at: number): string => date(new Date(at).toISOString());

function Curve({ walk, points }: PartProps) {
  const drawn = useMemo(() => {
    const values = points.map(({ equity }) => equity);
    return { at: points.map(({ at }) => Date.parse(at)), values, falls: fallsOf(values) };
  }, [points]);
  return (
    <PlotPanel title="Equity of all that was traded" note="Each fold goes on with what the last one left.">
      {drawn.at.length < 2 ? (
        <Waiting walk={walk} what="The curve begins when a fold has been traded." />
      ) : (
        <LinePlot
          at={drawn.at}
          panes={[
            {
              lines: [{ name: "Equity", values: drawn.values, tone: "accent", isFilled: true }],
              height: 220,
              format: (value) => axisPrice(value, 0),
            },
            {
              lines: [{ name: "Below the highest", values: drawn.falls, tone: "down", isFilled: true }],
              height: 70,
              format: (value) => percent(value, 0),
              hasZero: true,
            },
          ]}
          caption={`Equity from ${axisPrice(drawn.values[0] ?? 0, 0)} to ${axisPrice(drawn.values.at(-1) ?? 0, 0)} over ${walk.ended_folds} folds.`}
          when={when}
        />
      )}
    </PlotPanel>
  );
}

function Waiting({ walk, what }: { walk: WalkForwardResults; what: string }) {
  const isOpen = walk.state === "waiting" || walk.state === "running";
  return <p className="px-4 py-6 text-sm text-muted">{isOpen ? what : "No fold was traded."}</p>;
}

function Folds({ walk, points }: PartProps) {
  const isWhole = walk.ended_folds === walk.fold_count;
  const rows = stretchesOf(walk, isWhole ? points.length - 1 : 0).map((row) => ({
    ...row,
    said: `Fold ${row.number}: chosen on sessions ${row.first + 1} to ${row.split}, traded on ${row.split + 1} to ${row.stop}`,
  }));
  return (
    <PlotPanel
      title="Folds"
      table={
        <Table
          caption="Folds in sessions"
          columns={[
            { name: "Fold", cell: (row) => row.number },
            { name: "Chosen on", right: true, cell: (row) => `${row.first + 1} to ${row.split}` },
            { name: "Traded", right: true, cell: (row) => `${row.split + 1} to ${row.stop}` },
          ]}
          rows={rows}
          rowKey={(row) => `${row.number}`}
        />
      }
    >
      <div className="quiet-scroll max-h-80 overflow-y-auto">
        <StretchPlot
          rows={rows}
          unit="In sessions"
          caption={`${walk.fold_count} folds, each chosen on ${walk.choose_on} sessions${walk.walk === "anchored" ? " or more" : ""} and traded on ${walk.trade_on}.`}
        />
      </div>
    </PlotPanel>
  );
}

/** What each fold promised where it was chosen, over what it brought where it was traded. */
function Promises({ walk }: { walk: WalkForwardResults }) {
  const known = walk.folds.filter((fold) => fold.sharpe_before !== null && fold.sharpe !== null);
  const dots: Dot[] = known.map((fold) => ({
    id: `${fold.number}`,
    x: fold.sharpe_before ?? 0,
    y: fold.sharpe ?? 0,
    tone: (fold.sharpe ?? 0) < 0 ? "down" : "accent",
    said: `Fold ${fold.number}: ${figure(fold.sharpe_before)} where it was chosen, ${figure(fold.sharpe)} where it was traded`,
  }));
  const missing = walk.folds.length - known.length;
  return (
    <PlotPanel
      title="Promised and kept"
      note={`On the broken line a fold kept what it promised.${missing > 0 ? ` ${missing} of ${walk.folds.length} folds have no ratio on both sides.` : ""}`}
    >
      {dots.length === 0 ? (
        <Waiting walk={walk} what="Points come with folds that have been traded." />
      ) : (
        <ScatterPlot
          dots={dots}
          height={270}
          xName="Sharpe where chosen"
          yName="Sharpe where traded"
          format={(value) => figure(value, 1)}
          hasDiagonal
          caption={`${dots.length} folds by their Sharpe ratio where they were chosen and where they were traded; the table of folds lists them.`}
        />
      )}
    </PlotPanel>
  );
}

/** The parameters that were chosen, over the sessions they were traded on. */
function Drift({ walk, points }: PartProps) {
  const names = numbersIn(walk.axes);
  const drawn = useMemo(
    () => ({
      at: points.map(({ at }) => Date.parse(at)),
      values: names.map((name) => driftOf(walk.folds, name, walk.trade_on, points.length)),
    }),
    [points, names, walk.folds, walk.trade_on],
  );
  if (names.length === 0) return null;
  return (
    <PlotPanel title="Parameters over time" note="What was chosen for the sessions it was then traded on.">
      {drawn.at.length < 2 || walk.ended_folds < walk.fold_count ? (
        <Waiting walk={walk} what="The lines begin when every fold has been traded." />
      ) : (
        <LinePlot
          at={drawn.at}
          panes={names.map((name, n) => ({
            lines: [{ name: wordOf(name), values: drawn.values[n] ?? [], ...seriesOf(n), dash: "" }],
            height: 74,
            format: (value: number) => figure(value, Number.isInteger(value) ? 0 : 2),
          }))}
          caption={`${names.map(wordOf).join(", ")} as chosen in each fold; the table of folds lists them.`}
          when={when}
        />
      )}
    </PlotPanel>
  );
}

function FoldTable({ walk }: { walk: WalkForwardResults }) {
  const columns: Column<Fold>[] = [
    { name: "Fold", cell: (fold) => fold.number },
    ...Object.keys(walk.axes).map(
      (name): Column<Fold> => ({
        name: wordOf(name),
        right: true,
        cell: (fold) => (fold.parameters ? String(fold.parameters[name] ?? "—") : "—"),
      }),
    ),
    { name: "Sharpe chosen", right: true, cell: (fold) => figure(fold.sharpe_before) },
    {
      name: "Sharpe traded",
      right: true,
      cell: (fold) => <span className="font-semibold">{figure(fold.sharpe)}</span>,
    },
    { name: "Return chosen", right: true, wideOnly: true, cell: (fold) => percent(fold.return_before, 2, true) },
    { name: "Return traded", right: true, wideOnly: true, cell: (fold) => percent(fold.total_return, 2, true) },
    { name: "Deepest fall", right: true, wideOnly: true, cell: (fold) => percent(fold.max_drawdown) },
    { name: "Orders", right: true, wideOnly: true, cell: (fold) => figure(fold.orders, 0) },
    { name: "Trials", right: true, wideOnly: true, cell: (fold) => fold.trials },
    {
      name: "Why missing",
      wideOnly: true,
      cell: (fold) => <span className="text-xs text-muted">{fold.reason ?? ""}</span>,
    },
  ];
  return (
    <Panel title="What each fold chose and brought" count={walk.folds.length}>
      <Answer query={{ data: walk.folds, error: null, refetch: () => undefined }}>
        {(folds) =>
          folds.length === 0 ? (
            <Waiting walk={walk} what="Folds are listed as they end." />
          ) : (
            <Table caption="Folds" columns={columns} rows={folds} rowKey={(fold) => `${fold.number}`} />
          )
        }
      </Answer>
    </Panel>
  );
}
