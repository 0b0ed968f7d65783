import { useMemo } from "react";
import type { SweepResults, Trial } from "../../api/types";
import { figure } from "../../lib/format";
import { Button } from "../../ui/Button";
import { ParallelPlot } from "../../ui/plots/ParallelPlot";
import { PlotPanel } from "../../ui/plots/PlotPanel";
import { type Column, Table } from "../../ui/Table";
import { MEASURES, type MeasureName, valueIn } from "./measures";
import { isWithin, type Ranges, type TrialAxis } from "./parallel";
import { tintsOf } from "./surface";

const DRAWN_MAX = 1000;
const ROWS_MAX = 250;

interface ParallelPanelProps {
  sweep: SweepResults;
  /** The best first. */
  trials: readonly Trial[];
  axes: readonly TrialAxis[];
  ranges: Ranges;
  onRanges: (ranges: Ranges) => void;
}

/** Every trial as a line over all parameters and measures; a range on an axis keeps those within it. */
export function ParallelPanel({ sweep, trials, axes, ranges, onRanges }: ParallelPanelProps) {
  const objective = sweep.objective as MeasureName;
  const drawn = useMemo(() => linesOf(trials.slice(0, DRAWN_MAX), axes, objective), [trials, axes, objective]);
  const kept = trials.filter((trial) => isWithin(trial, axes, ranges));
  const set = (name: string, range: Ranges[string] | null) => {
    const { [name]: _was, ...others } = ranges;
    onRanges(range === null ? others : { ...others, [name]: range });
  };
  const isNarrowed = Object.keys(ranges).length > 0;
  const title = MEASURES[objective].title.toLowerCase();
  if (trials.length === 0) return null;
  return (
    <PlotPanel
      title="All parameters at once"
      actions={
        isNarrowed ? (
          <Button size="small" onClick={() => onRanges({})}>
            Show all trials
          </Button>
        ) : undefined
      }
      note={`${figure(kept.length, 0)} of ${figure(trials.length, 0)} trials lie within, and the table lists them; blue has more of the ${title}.${trials.length > DRAWN_MAX ? ` The first ${figure(DRAWN_MAX, 0)} are drawn.` : ""}`}
      table={
        <Table
          caption="Trials within"
          columns={columnsOf(axes)}
          rows={kept.slice(0, ROWS_MAX)}
          rowKey={(trial) => `${trial.number}`}
        />
      }
    >
      <ParallelPlot
        axes={drawn.uprights}
        lines={drawn.lines}
        ranges={ranges}
        onRange={set}
        caption={`${figure(trials.length, 0)} trials over ${axes.map((axis) => axis.title.toLowerCase()).join(", ")}; ${figure(kept.length, 0)} lie within the ranges.`}
      />
    </PlotPanel>
  );
}

function linesOf(trials: readonly Trial[], axes: readonly TrialAxis[], objective: MeasureName) {
  const tint = tintsOf([trials.map((trial) => valueIn(trial, objective))], objective);
  const lines = trials.map((trial) => {
    const value = valueIn(trial, objective);
    return {
      id: `${trial.number}`,
      values: axes.map((axis) => axis.at(trial)),
      share: value === null ? null : tint(value),
    };
  });
  const uprights = axes.map(({ name, title, say, words }, n) => {
    const known = lines.flatMap(({ values }) => values[n] ?? []);
    const stops = [...new Set(known)].sort((one, other) => one - other);
    return { name, title, say, stops, hasWords: words !== null };
  });
  return { lines, uprights };
}

const columnsOf = (axes: readonly TrialAxis[]): Column<Trial>[] => [
  { name: "No.", right: true, cell: (trial) => trial.number },
  ...axes.map(
    (axis): Column<Trial> => ({
      name: axis.title,
      right: true,
      cell: (trial) => {
        const value = axis.at(trial);
        return value === null ? "—" : axis.say(value);
      },
    }),
  ),
];
