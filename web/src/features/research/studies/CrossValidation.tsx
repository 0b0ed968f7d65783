import { useState } from "react";
import type { CrossValidation, PastPath, Split, StudyResults } from "../../../api/types";
import { figure, percent } from "../../../lib/format";
import { date } from "../../../lib/time";
import { Button } from "../../../ui/Button";
import { Figure } from "../../../ui/Figure";
import { Panel } from "../../../ui/Panel";
import { BarPlot } from "../../../ui/plots/BarPlot";
import { PlotPanel } from "../../../ui/plots/PlotPanel";
import { type Dot, ScatterPlot } from "../../../ui/plots/ScatterPlot";
import { binsOf } from "../../../ui/plots/scale";
import { type Column, Table } from "../../../ui/Table";
import { wordOf } from "../../backtests/ask";
import { sentence } from "../../backtests/figures";
import { FigureRow, LuckFigures } from "./LuckFigures";

interface CrossedProps {
  study: StudyResults;
  found: CrossValidation;
}

/** What is to be read first: how the paths lie, and what of the choice may be luck. */
export function CrossedFigures({ study, found }: CrossedProps) {
  const { sharpe_quantiles: quantiles, reasons } = found;
  const half = quantiles["0.5"];
  const [low, high] = [figure(quantiles["0.05"]), figure(quantiles["0.95"])];
  return (
    <FigureRow>
      <Figure
        name="Sharpe out of sample"
        value={figure(half)}
        reason={half === undefined ? sentence(reasons.sharpe_quantiles) : null}
        note={`Half of the paths; ${low} to ${high} in nine of ten`}
      />
      <Figure
        name="Sharpe chosen on everything"
        value={figure(study.trial?.sharpe)}
        reason={study.trial?.sharpe == null ? sentence(study.trial?.reason ?? undefined) : null}
        note={study.trial ? `Trial ${study.trial.number}` : null}
      />
      <Figure
        name="Paths that lose"
        value={percent(found.share_losing, 0)}
        reason={found.share_losing === null ? sentence(reasons.share_losing) : null}
        note={`Of ${found.paths.length}`}
      />
      <Figure
        name="Overfitting"
        value={percent(found.overfitting_probability, 0)}
        reason={found.overfitting_probability === null ? sentence(reasons.overfitting_probability) : null}
        note="Best here, no better than the middle elsewhere"
      />
      <LuckFigures study={study} note="Of the choice on everything; 95% is good" />
    </FigureRow>
  );
}

/** The paths, what the splits promised and kept, and every split. */
export function CrossedPanels({ study, found }: CrossedProps) {
  return (
    <>
      <div className="grid gap-3 xl:grid-cols-2">
        <Paths study={study} found={found} />
        <Promises study={study} found={found} />
      </div>
      <Splits study={study} found={found} />
      <Groups found={found} />
    </>
  );
}

const PATH_COLUMNS: readonly Column<PastPath>[] = [
  { name: "Path", cell: (path) => path.number },
  { name: "Sharpe", right: true, cell: (path) => <span className="font-medium">{figure(path.sharpe)}</span> },
  { name: "Return", right: true, cell: (path) => percent(path.total_return, 2, true) },
  { name: "Deepest fall", right: true, cell: (path) => percent(path.max_drawdown) },
  { name: "Splits", wideOnly: true, cell: (path) => path.splits.join(", ") },
];

/** How the Sharpe ratios of whole pasts out of sample lie, beside that of the choice on everything. */
function Paths({ study, found }: CrossedProps) {
  const ratios = found.paths.flatMap(({ sharpe }) => (sharpe === null ? [] : [sharpe]));
  const bins = binsOf(ratios, Math.max(6, Math.min(24, ratios.length)));
  const chosen = study.trial?.sharpe ?? null;
  return (
    <PlotPanel
      title="Paths out of sample"
      note={`Each path is a whole past, chosen without what it is tested on. ${found.trials} trials were chosen from${found.left_out > 0 ? `; ${found.left_out} did not run to their end` : ""}.`}
      table={
        <Table
          caption="Paths out of sample"
          columns={PATH_COLUMNS}
          rows={found.paths}
          rowKey={(path) => `${path.number}`}
        />
      }
    >
      {ratios.length === 0 ? (
        <p className="px-4 py-6 text-sm text-muted">{sentence(found.reasons.sharpe_quantiles)}</p>
      ) : (
        <BarPlot
          bins={bins}
          height={230}
          noun="paths"
          format={(value) => figure(value)}
          mark={chosen === null ? null : { value: chosen, name: "Chosen on everything" }}
          caption={`Sharpe ratios of ${ratios.length} paths between ${figure(Math.min(...ratios))} and ${figure(Math.max(...ratios))}; chosen on everything ${figure(chosen)}.`}
        />
      )}
    </PlotPanel>
  );
}

/** True where splits choose by a ratio, and not by a return. */
const isByRatio = (study: StudyResults): boolean => study.plan.objective === "sharpe";

const objectiveSaid = (study: StudyResults, value: number | null): string =>
  isByRatio(study) ? figure(value) : percent(value, 2, true);

/** What each split promised where it chose, over what it brought where it was tested. */
function Promises({ study, found }: CrossedProps) {
  const known = found.splits.filter((split) => split.inside !== null && split.outside !== null);
  const name = isByRatio(study) ? "Sharpe" : "Return";
  const dots: Dot[] = known.map((split) => ({
    id: `${split.number}`,
    x: split.inside ?? 0,
    y: split.outside ?? 0,
    tone: (split.outside ?? 0) < 0 ? "down" : "accent",
    said: `Split ${split.number}: ${objectiveSaid(study, split.inside)} where it chose, ${objectiveSaid(study, split.outside)} where it was tested`,
  }));
  const missing = found.splits.length - known.length;
  return (
    <PlotPanel
      title="Promised and kept"
      note={`On the broken line a split kept what it promised.${missing > 0 ? ` ${missing} of ${found.splits.length} splits have no figure on both sides.` : ""}`}
    >
      {dots.length === 0 ? (
        <p className="px-4 py-6 text-sm text-muted">No split has the measure on both sides.</p>
      ) : (
        <ScatterPlot
          dots={dots}
          height={250}
          xName={`${name} where chosen`}
          yName={`${name} where tested`}
          format={(value) => (isByRatio(study) ? figure(value, 1) : percent(value, 0))}
          hasDiagonal
          caption={`${dots.length} splits by what they promised where they chose and what they brought where they were tested; the table of splits lists them.`}
        />
      )}
    </PlotPanel>
  );
}

const SHOWN = 50;

function Splits({ study, found }: CrossedProps) {
  const [shown, setShown] = useState(SHOWN);
  const columns: Column<Split>[] = [
    { name: "Split", cell: (split) => split.number },
    { name: "Tests groups", cell: (split) => split.groups.join(", ") },
    { name: "Chosen on", right: true, wideOnly: true, cell: (split) => figure(split.chosen_on, 0) },
    ...Object.keys((study.plan.axes ?? {}) as object).map(
      (name): Column<Split> => ({
        name: wordOf(name),
        right: true,
        cell: (split) => String(split.parameters?.[name] ?? "—"),
      }),
    ),
    { name: "Where chosen", right: true, cell: (split) => objectiveSaid(study, split.inside) },
    {
      name: "Where tested",
      right: true,
      cell: (split) => <span className="font-semibold">{objectiveSaid(study, split.outside)}</span>,
    },
  ];
  return (
    <Panel title="What each split chose and brought" count={found.splits.length}>
      <Table
        caption="Splits"
        columns={columns}
        rows={found.splits.slice(0, shown)}
        rowKey={(split) => `${split.number}`}
      />
      {found.splits.length > shown ? (
        <div className="border-t border-line p-2 text-center">
          <Button size="small" onClick={() => setShown(shown + 200)}>{`More of ${found.splits.length}`}</Button>
        </div>
      ) : null}
    </Panel>
  );
}

function Groups({ found }: Pick<CrossedProps, "found">) {
  return (
    <Panel title="Groups of sessions" count={found.groups.length}>
      <Table
        caption="Groups of sessions"
        columns={[
          { name: "Group", cell: (group) => group.number },
          { name: "From", cell: (group) => date(group.began_at) },
          { name: "To", cell: (group) => date(group.ended_at) },
          { name: "Returns", right: true, cell: (group) => figure(group.observations, 0) },
        ]}
        rows={found.groups}
        rowKey={(group) => `${group.number}`}
      />
    </Panel>
  );
}
