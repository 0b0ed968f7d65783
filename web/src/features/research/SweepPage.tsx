import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import type { SweepResults, Trial } from "../../api/types";
import { figure, percent } from "../../lib/format";
import { Button } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { Choice, SelectField } from "../../ui/Field";
import { Figure } from "../../ui/Figure";
import { Answer, Panel } from "../../ui/Panel";
import { HeatTable } from "../../ui/plots/HeatTable";
import { type Column, Table } from "../../ui/Table";
import { pairsIn, pairsText, wordOf } from "../backtests/ask";
import { hasEnded } from "../backtests/queries";
import { MEASURES, type MeasureName, measureNamed, measuresKnown, writtenAs } from "./measures";
import { ParallelPanel } from "./ParallelPanel";
import { axesOf, isWithin, rangesIn, rangesText } from "./parallel";
import { heatMapQuery, trialsQuery } from "./queries";
import { SearchHeader } from "./SearchHeader";
import { bestCell, cellsOf, type Fixed, plateau, tintsOf, trialsWith } from "./surface";

/** What an address holds of a sweep's page. */
export interface SweepView {
  by?: string | undefined;
  x?: string | undefined;
  y?: string | undefined;
  view?: string | undefined;
  fixed?: string | undefined;
  /** Ranges of the axes, of which the trials within are kept. */
  keep?: string | undefined;
}

interface SweepPageProps {
  sweep: SweepResults;
  view: SweepView;
  onView: (change: SweepView) => void;
}

/** A sweep as a surface, what of its best may be luck, and every trial by a measure. */
export function SweepPage({ sweep, view, onView }: SweepPageProps) {
  const known = measuresKnown(sweep.only_end);
  const measure = measureNamed(view.by, known);
  const fixed = pairsIn(view.fixed);
  const order = MEASURES[measure].better === "less" ? "asc" : "desc";
  const trials = useQuery(trialsQuery(sweep.id, measure, order, hasEnded(sweep)));
  const [cell, setCell] = useState<Fixed | null>(null);
  const drawn: MeasureName[] = [sweep.objective, "sharpe", "total_return", "max_drawdown"];
  const axes = axesOf(
    sweep.axes,
    drawn.filter((name) => known.includes(name)),
  );
  const ranges = rangesIn(view.keep);
  return (
    <div className="flex min-w-0 flex-col gap-3">
      <SearchHeader search={sweep} of="sweeps" said={searchSaid(sweep)}>
        <Luck sweep={sweep} />
      </SearchHeader>
      <Surface
        {...{ sweep, view, measure, fixed, cell }}
        trials={trials.data ?? []}
        onView={(change) => {
          setCell(null);
          onView(change);
        }}
        onCell={setCell}
      />
      <ParallelPanel
        {...{ sweep, axes, ranges }}
        trials={trials.data ?? []}
        onRanges={(next) => onView({ keep: rangesText(next) })}
      />
      <Answer query={trials} rows={8}>
        {(rows) => (
          <Ledger
            sweep={sweep}
            measure={measure}
            trials={trialsWith(rows, { ...fixed, ...cell }).filter((trial) => isWithin(trial, axes, ranges))}
            all={rows.length}
          />
        )}
      </Answer>
    </div>
  );
}

function searchSaid(sweep: SweepResults): string {
  const how = { grid: "every combination", random: `drawn by seed ${sweep.search_seed}`, learned: "learned" }[
    sweep.search
  ];
  return `${figure(sweep.trials, 0)} trials, ${how}, best by ${wordOf(sweep.objective).toLowerCase()}${
    sweep.only_end ? ", the ends alone" : ""
  }`;
}

const NOT_YET = "Told when the trials have ended.";

/** The best trial, and what of it may be owed to having tried often. */
function Luck({ sweep }: { sweep: SweepResults }) {
  const { best, selection } = sweep;
  const why = (name: "deflated_sharpe" | "sharpe_by_luck" | "overfitting_probability") =>
    selection?.[name] === null || !selection ? (selection?.reasons[name] ?? NOT_YET) : null;
  const parameters = best
    ? Object.keys(sweep.axes)
        .map((name) => `${wordOf(name)} ${String(best.parameters[name])}`)
        .join(", ")
    : null;
  return (
    <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-b-xl border-t border-line bg-line lg:grid-cols-5">
      <Figure
        name="Best trial"
        value={best ? `No. ${best.number}` : "—"}
        note={parameters}
        reason={best ? null : "No trial has the objective yet."}
      />
      <Figure
        name="Its Sharpe ratio"
        value={figure(best?.sharpe)}
        reason={best && best.sharpe !== null ? null : (best?.reason ?? "No trial has ended yet.")}
        note={selection?.sharpe_by_luck == null ? null : `${figure(selection.sharpe_by_luck)} by luck alone`}
      />
      <Figure
        name="Deflated Sharpe"
        value={percent(selection?.deflated_sharpe, 1)}
        reason={why("deflated_sharpe")}
        note="Likely above luck; 95% is good"
      />
      <Figure
        name="Overfitting"
        value={percent(selection?.overfitting_probability, 0)}
        reason={why("overfitting_probability")}
        note="Best here, no better than the middle elsewhere"
      />
      <Figure
        name="Trials of this family"
        value={figure(selection?.trials, 0)}
        reason={selection ? null : NOT_YET}
        note="Deleting one does not uncount it"
        className="max-lg:col-span-2"
      />
    </dl>
  );
}

interface SurfaceProps extends SweepPageProps {
  measure: MeasureName;
  fixed: Fixed;
  trials: readonly Trial[];
  cell: Fixed | null;
  onCell: (cell: Fixed | null) => void;
}

const VIEWS = [
  { value: "cells", label: "Cells" },
  { value: "plateau", label: "Plateau" },
] as const;

function Surface({ sweep, view, onView, measure, fixed, trials, cell, onCell }: SurfaceProps) {
  const names = Object.keys(sweep.axes);
  const x = names.find((name) => name === view.x) ?? names[0] ?? "";
  const y = names.find((name) => name === view.y && name !== x) ?? names.find((name) => name !== x) ?? null;
  const others = names.filter((name) => name !== x && name !== y);
  const isPlateau = view.view === "plateau";
  const held = Object.fromEntries(Object.entries(fixed).filter(([name]) => others.includes(name)));
  const isFree = Object.keys(held).length === 0;
  const map = useQuery(heatMapQuery(sweep.id, { x: isFree ? x : "", y: y ?? "", measure, of: "mean" }));
  const [xValues, yValues] = [sweep.axes[x] ?? [], y === null ? [null] : (sweep.axes[y] ?? [])];
  const raw = useMemo(() => {
    // One parameter, or others held: the trials are here, and the server tells means over all of them.
    if (!isFree || y === null) return cellsOf(trials, { x, y, xValues, yValues, fixed: held, measure, of: "mean" });
    return map.data?.cells.map((row) => row.map(({ value }) => value)) ?? [];
  }, [isFree, y, trials, x, xValues, yValues, held, measure, map.data]);
  const cells = isPlateau ? plateau(raw) : raw;
  const texts = { x: xValues.map(String), y: yValues.map((value) => (value === null ? "" : String(value))) };
  const chosen = cell
    ? ([texts.x.indexOf(cell[x] ?? ""), y === null ? 0 : texts.y.indexOf(cell[y] ?? "")] as const)
    : null;
  const choose = ([atX, atY]: readonly [number, number]) => {
    const next = { [x]: texts.x[atX] ?? "", ...(y === null ? {} : { [y]: texts.y[atY] ?? "" }) };
    onCell(JSON.stringify(next) === JSON.stringify(cell) ? null : next);
  };
  return (
    <Panel
      title={`${MEASURES[measure].title} by ${y === null ? wordOf(x).toLowerCase() : `${wordOf(x).toLowerCase()} and ${wordOf(y).toLowerCase()}`}`}
      bodyClassName="py-2"
      actions={
        <Choice
          label="View"
          hideLabel
          className="text-sm"
          value={isPlateau ? "plateau" : "cells"}
          choices={VIEWS}
          onChange={(next) => onView({ view: next })}
        />
      }
    >
      <div className="grid grid-cols-2 gap-3 px-4 pt-1 pb-3 sm:grid-cols-4 xl:grid-cols-6">
        <SelectField label="Measure" value={measure} onChange={(event) => onView({ by: event.target.value })}>
          {measuresKnown(sweep.only_end).map((name) => (
            <option key={name} value={name}>
              {MEASURES[name].title}
            </option>
          ))}
        </SelectField>
        {names.length > 1 ? (
          <>
            <AxisField
              label="Across"
              names={names}
              value={x}
              onChange={(name) => onView({ x: name, y: name === y ? x : (y ?? undefined) })}
            />
            <AxisField
              label="Down"
              names={names.filter((name) => name !== x)}
              value={y ?? ""}
              onChange={(name) => onView({ y: name })}
            />
          </>
        ) : null}
        {others.map((name) => (
          <SelectField
            key={name}
            label={wordOf(name)}
            value={held[name] ?? ""}
            onChange={(event) => onView({ fixed: pairsText({ ...held, [name]: event.target.value }) })}
          >
            <option value="">Mean of all</option>
            {(sweep.axes[name] ?? []).map((value) => (
              <option key={String(value)} value={String(value)}>
                {String(value)}
              </option>
            ))}
          </SelectField>
        ))}
      </div>
      {cells.length === 0 || cells.flat().every((value) => value === null) ? (
        <Empty sentence="No trial has this measure yet." />
      ) : (
        <HeatTable
          caption={`${MEASURES[measure].title} of the trials${isPlateau ? ", each as the mean of itself and its neighbours" : ""}`}
          xName={wordOf(x)}
          yName={y === null ? null : wordOf(y)}
          xValues={texts.x}
          yValues={texts.y}
          cells={cells}
          tint={tintsOf(cells, measure)}
          format={(value) => writtenAs(measure, value)}
          best={bestCell(cells, measure)}
          chosen={chosen}
          onChoose={choose}
        />
      )}
      <p className="px-4 pt-1.5 text-xs text-muted">
        {isPlateau
          ? "Each cell is the mean of itself and its neighbours: what holds nearby stands out, a lonely peak does not."
          : "The framed cell is the best. Choose a cell to list its trials."}
      </p>
    </Panel>
  );
}

interface AxisFieldProps {
  label: string;
  names: readonly string[];
  value: string;
  onChange: (name: string) => void;
}

function AxisField({ label, names, value, onChange }: AxisFieldProps) {
  return (
    <SelectField label={label} value={value} onChange={(event) => onChange(event.target.value)}>
      {names.map((name) => (
        <option key={name} value={name}>
          {wordOf(name)}
        </option>
      ))}
    </SelectField>
  );
}

const SHOWN = 50;

interface LedgerProps {
  sweep: SweepResults;
  measure: MeasureName;
  trials: readonly Trial[];
  all: number;
}

/** Every trial by the chosen measure, best first. */
function Ledger({ sweep, measure, trials, all }: LedgerProps) {
  const [shown, setShown] = useState(SHOWN);
  const axes = Object.keys(sweep.axes);
  const known = measuresKnown(sweep.only_end);
  const told = (["sharpe", "total_return", "max_drawdown", "calmar", "orders", "refusals"] as const).filter(
    (name) => name !== measure && known.includes(name),
  );
  const columnOf = (name: MeasureName, isFirst = false): Column<Trial> => ({
    name: MEASURES[name].title,
    right: true,
    wideOnly: !isFirst,
    cell: (trial) => (
      <span className={isFirst ? "font-semibold" : ""}>
        {writtenAs(name, trial[name] === null ? null : Number(trial[name]))}
      </span>
    ),
  });
  const columns: Column<Trial>[] = [
    { name: "No.", right: true, cell: (trial) => trial.number },
    ...axes.map(
      (name): Column<Trial> => ({
        name: wordOf(name),
        right: true,
        cell: (trial) => String(trial.parameters[name]),
      }),
    ),
    columnOf(measure, true),
    ...told.map((name) => columnOf(name)),
    {
      name: "Why missing",
      wideOnly: true,
      cell: (trial) => <span className="text-xs text-muted">{trial.reason ?? ""}</span>,
    },
    {
      name: "Run it",
      hideName: true,
      right: true,
      cell: (trial) => (
        <Link
          to="/backtests"
          search={{ use: sweep.strategy, set: settingsOf(trial), symbol: sweep.symbols[0] ?? "" }}
          className="inline-flex min-h-6 items-center text-sm text-accent hover:underline"
          aria-label={`Run trial ${trial.number} as a backtest`}
        >
          Run
        </Link>
      ),
    },
  ];
  return (
    <Panel title={`Trials by ${MEASURES[measure].title.toLowerCase()}`} count={trials.length}>
      {trials.length === 0 ? (
        <Empty sentence={all === 0 ? "No trial has ended yet." : "No trial has these values."} />
      ) : (
        <>
          <Table
            caption="Trials, the best first"
            columns={columns}
            rows={trials.slice(0, shown)}
            rowKey={(trial) => `${trial.number}`}
            isChosen={(trial) => trial.number === sweep.best?.number}
          />
          {trials.length > shown ? (
            <div className="border-t border-line p-2 text-center">
              <Button
                size="small"
                onClick={() => setShown(shown + 200)}
              >{`More of ${figure(trials.length, 0)}`}</Button>
            </div>
          ) : null}
        </>
      )}
    </Panel>
  );
}

/** The parameters of a trial for an address. */
const settingsOf = (trial: Trial): string | undefined =>
  pairsText(Object.fromEntries(Object.entries(trial.parameters).map(([name, value]) => [name, String(value)])));
