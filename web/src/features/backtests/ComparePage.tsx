import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import clsx from "clsx";
import { useMemo } from "react";
import { figure, percent } from "../../lib/format";
import { deskOnly } from "../../lib/search";
import { date } from "../../lib/time";
import { Empty } from "../../ui/Empty";
import { Answer, Panel } from "../../ui/Panel";
import { type Line, LinePlot, Swatch } from "../../ui/plots/LinePlot";
import { PlotPanel } from "../../ui/plots/PlotPanel";
import { seriesOf } from "../../ui/plots/tones";
import { wordOf } from "./ask";
import { above, curvesOf, differing, overlaid } from "./compare";
import { bestOf, MEASURES, reasonOf, written } from "./figures";
import { type Compared, comparedQuery } from "./queries";

interface ComparePageProps {
  ids: readonly string[];
  /** The run that the others are held against. */
  against: string | undefined;
  onAgainst: (id: string) => void;
}

/** Up to eight runs over each other: curves, how far they stand apart, and figures with the best in bold. */
export function ComparePage({ ids, against, onAgainst }: ComparePageProps) {
  const cache = useQueryClient();
  const compared = useQuery(comparedQuery(cache, ids));
  if (ids.length < 2)
    return (
      <Panel title="Compare">
        <Empty sentence="Mark two to eight runs on the page of backtests to see them over each other.">
          <Link to="/backtests" search={deskOnly} className="min-h-6 font-medium text-accent underline">
            Go to Backtests
          </Link>
        </Empty>
      </Panel>
    );
  return (
    <div className="flex min-w-0 flex-col gap-3">
      <Answer query={compared} rows={14}>
        {(known) => <Beside compared={known} against={against} onAgainst={onAgainst} />}
      </Answer>
    </div>
  );
}

interface BesideProps extends Omit<ComparePageProps, "ids"> {
  compared: readonly Compared[];
}

/** Names of runs, each once: a second of the same name gets its number. */
function namesOf(compared: readonly Compared[]): string[] {
  return compared.map(({ run }, n) => {
    const isTwice = compared.some((other, place) => place !== n && other.run.name === run.name);
    return isTwice ? `${n + 1}. ${run.name}` : run.name;
  });
}

function Beside({ compared, against, onAgainst }: BesideProps) {
  const base = Math.max(
    0,
    compared.findIndex(({ run }) => run.id === against),
  );
  const names = namesOf(compared);
  const drawn = useMemo(() => {
    const over = overlaid(curvesOf(compared));
    return { ...over, apart: above(over, base) };
  }, [compared, base]);
  const lineOf = (values: Line["values"], n: number): Line => ({ name: names[n] ?? "", values, ...seriesOf(n) });
  const rate = (value: number) => percent(value, 0, true);
  const ends = names.map((name, n) => `${name} ${percent(compared[n]?.results.figures.total_return, 1, true)}`);
  const when = (at: number) => date(new Date(at).toISOString());
  return (
    <>
      <PlotPanel title="Returns over each other">
        <LinePlot
          at={drawn.at}
          panes={[{ lines: drawn.lines.map(lineOf), height: 280, format: rate, hasZero: true }]}
          caption={`Returns since the beginning: ${ends.join(", ")}.`}
          when={when}
        />
      </PlotPanel>
      <PlotPanel
        title="Difference"
        actions={
          <select
            aria-label="Against which run"
            className="control max-w-56"
            value={compared[base]?.run.id ?? ""}
            onChange={(event) => onAgainst(event.target.value)}
          >
            {compared.map(({ run }, n) => (
              <option key={run.id} value={run.id}>
                {`Against ${names[n]}`}
              </option>
            ))}
          </select>
        }
        note="By how many points of return each run stands above the chosen one."
      >
        <LinePlot
          at={drawn.at}
          panes={[
            {
              lines: drawn.apart.map(lineOf).filter((_, n) => n !== base),
              height: 150,
              format: rate,
              hasZero: true,
            },
          ]}
          caption={`The other runs less ${names[base]}.`}
          when={when}
        />
      </PlotPanel>
      <FiguresBeside compared={compared} names={names} />
    </>
  );
}

function FiguresBeside({ compared, names }: { compared: readonly Compared[]; names: readonly string[] }) {
  const differences = differing(compared.map(({ run }) => run));
  const luck = compared.map(({ results }) => results.selection.deflated_sharpe);
  const bestLuck = bestOf(luck, "more");
  return (
    <Panel title="Figures beside each other" bodyClassName="pb-2">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable from the keyboard */}
      <section className="quiet-scroll relative overflow-x-auto px-2" tabIndex={0} aria-label="Figures of each run">
        <table className="w-full border-collapse">
          <caption className="sr-only">Figures of each run, the best of each in bold</caption>
          <thead>
            <tr>
              <th scope="col" className="px-2 py-2 text-left text-xs font-medium text-muted">
                Figure
              </th>
              {compared.map(({ run }, n) => (
                <th key={run.id} scope="col" className="min-w-28 px-2 py-2 text-right text-sm font-medium">
                  <Link
                    to="/backtests/$id"
                    params={{ id: run.id }}
                    search={deskOnly}
                    className="inline-flex items-center gap-1.5 text-accent hover:underline"
                  >
                    <Swatch {...seriesOf(n)} />
                    {names[n]}
                  </Link>
                </th>
              ))}
            </tr>
          </thead>
          {differences.length > 0 ? (
            <tbody>
              <GroupRow name="What differs" width={compared.length} />
              {differences.map(({ name, values }) => (
                <tr key={name} className="border-t border-line">
                  <RowHead>{wordOf(name)}</RowHead>
                  {values.map((value, n) => (
                    <td key={compared[n]?.run.id} className="figures px-2 py-1.5 text-right">
                      {value}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          ) : null}
          {Object.entries(MEASURES).map(([group, measures]) => (
            <tbody key={group}>
              <GroupRow name={group} width={compared.length} />
              {measures
                .filter(({ name }) => compared.some(({ results }) => typeof results.figures[name] === "number"))
                .map(({ name, title, kind, better }) => {
                  const best = bestOf(
                    compared.map(({ results }) => results.figures[name]),
                    better,
                  );
                  return (
                    <tr key={name} className="border-t border-line">
                      <RowHead>{title}</RowHead>
                      {compared.map(({ run, results }) => (
                        <Cell
                          key={run.id}
                          text={written(kind, results.figures[name])}
                          reason={reasonOf(results, name)}
                          isBest={best !== null && results.figures[name] === best}
                        />
                      ))}
                    </tr>
                  );
                })}
            </tbody>
          ))}
          <tbody>
            <GroupRow name="Luck" width={compared.length} />
            <tr className="border-t border-line">
              <RowHead>Deflated Sharpe</RowHead>
              {compared.map(({ run, results }, n) => (
                <Cell
                  key={run.id}
                  text={percent(luck[n], 1)}
                  reason={luck[n] === null ? (results.selection.reasons.deflated_sharpe ?? null) : null}
                  isBest={bestLuck !== null && luck[n] === bestLuck}
                />
              ))}
            </tr>
            <tr className="border-t border-line">
              <RowHead>Trials of the family</RowHead>
              {compared.map(({ run, results }) => (
                <Cell key={run.id} text={figure(results.selection.trials, 0)} reason={null} isBest={false} />
              ))}
            </tr>
          </tbody>
        </table>
      </section>
    </Panel>
  );
}

function GroupRow({ name, width }: { name: string; width: number }) {
  return (
    <tr>
      <th scope="rowgroup" colSpan={width + 1} className="px-2 pt-3 pb-1 text-left text-xs font-medium text-muted">
        {name}
      </th>
    </tr>
  );
}

const RowHead = ({ children }: { children: string }) => (
  <th scope="row" className="px-2 py-1.5 text-left font-normal whitespace-nowrap">
    {children}
  </th>
);

function Cell({ text, reason, isBest }: { text: string; reason: string | null; isBest: boolean }) {
  if (reason) return <td className="max-w-40 px-2 py-1.5 text-right text-xs text-muted">{reason}</td>;
  return (
    <td
      className={clsx("figures px-2 py-1.5 text-right", isBest && "font-bold text-accent")}
      data-best={isBest || undefined}
    >
      {text}
      {isBest ? <span className="sr-only"> (best)</span> : null}
    </td>
  );
}
