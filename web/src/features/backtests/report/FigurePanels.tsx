import { useQuery } from "@tanstack/react-query";
import type { Backtest, BacktestResults } from "../../../api/types";
import { divide, parseDecimal, toPlain } from "../../../lib/decimal";
import { figure, money, percent } from "../../../lib/format";
import { dateTime } from "../../../lib/time";
import { Figure } from "../../../ui/Figure";
import { Answer, Panel } from "../../../ui/Panel";
import { Table } from "../../../ui/Table";
import { type Drawn, DrawnTable } from "../DrawnTable";
import { MEASURES, reasonOf, sentence, written } from "../figures";
import { monteCarloQuery } from "../queries";

/** Every figure that was measured; what is missing says why. */
export function AllFigures({ results }: { results: BacktestResults }) {
  return (
    <Panel title="Figures" bodyClassName="grid gap-x-8 px-4 py-3 md:grid-cols-3">
      {Object.entries(MEASURES).map(([group, measures]) => (
        <div key={group} className="min-w-0">
          <h3 className="mt-2 mb-1 text-xs font-medium text-muted">{group}</h3>
          <dl>
            {measures
              .filter(({ name }) => name in results.figures || name in results.reasons)
              .map(({ name, title, kind }) => {
                const reason = reasonOf(results, name);
                return (
                  <div key={name} className="flex justify-between gap-3 border-b border-line py-1.5 last:border-0">
                    <dt className="shrink-0">{title}</dt>
                    <dd className={reason ? "text-right text-xs text-muted" : "figures text-right font-medium"}>
                      {reason ?? written(kind, results.figures[name])}
                    </dd>
                  </div>
                );
              })}
          </dl>
        </div>
      ))}
    </Panel>
  );
}

/** What trading cost. */
export function CostsPanel({ run, results }: { run: Backtest; results: BacktestResults }) {
  const [fees, cash] = [parseDecimal(results.fees), parseDecimal(run.cash)];
  const share = fees && cash ? divide(fees, cash, 6) : null;
  const each = fees && results.fills > 0 ? divide(fees, { coefficient: BigInt(results.fills), scale: 0 }, 4) : null;
  return (
    <Panel title="Costs" bodyClassName="pb-1">
      <dl className="grid grid-cols-2 gap-px bg-line">
        <Figure size="small" name="Fees" value={money(results.fees)} />
        <Figure size="small" name="Of the cash" value={share ? percent(Number(toPlain(share)), 3) : "—"} />
        <Figure size="small" name="Fills" value={figure(results.fills, 0)} />
        <Figure
          size="small"
          name="Fee of a fill"
          value={each ? money(toPlain(each)) : "—"}
          reason={each ? null : "There was no fill."}
        />
      </dl>
      <p className="border-t border-line px-4 py-2 text-xs text-muted">
        Spread, impact and delay are in the prices of the fills, as the friction “{run.fill_model}” makes them.
        {results.funding && results.funding !== "0" ? ` Funding took ${money(results.funding)}.` : null}
      </p>
    </Panel>
  );
}

const NAMES: Readonly<Record<string, string>> = {
  total_return: "Total return",
  max_drawdown: "Deepest fall",
  sharpe: "Sharpe of a period",
};

/** How else the run might have come: its round trips in another order, its returns drawn again. */
export function MonteCarloPanel({ run }: { run: Backtest }) {
  const drawn = useQuery(monteCarloQuery(run.id));
  return (
    <Panel title="Drawn again" bodyClassName="pb-2">
      <Answer query={drawn} rows={5}>
        {(found) => {
          const rows: Drawn[] = Object.entries(found.by_returns).map(([name, each]) => ({
            ...each,
            name: NAMES[name] ?? name,
            isRatio: name === "sharpe",
          }));
          if (found.drawdown_by_order)
            rows.push({ ...found.drawdown_by_order, name: "Deepest fall, trips reordered", isRatio: false });
          return (
            <>
              {rows.length > 0 ? <DrawnTable caption="Figures over many draws" rows={rows} /> : null}
              <p className="px-4 pt-2 text-xs text-muted">
                {`${figure(found.runs, 0)} draws in blocks of ${found.block} returns.`}
                {Object.values(found.reasons).map((reason) => ` ${sentence(reason)}`)}
              </p>
            </>
          );
        }}
      </Answer>
    </Panel>
  );
}

interface NotesProps {
  results: BacktestResults;
  warnings: readonly string[];
}

/** What to keep in mind: warnings of the tape, how the run ended, and what was refused. */
export function NotesPanel({ results, warnings }: NotesProps) {
  const { failure, refusals, ambiguous_fills: ambiguous, is_cancelled: isCancelled } = results;
  const notes = [
    ...(isCancelled ? ["The run was stopped before its end; what it had come to is shown."] : []),
    ...(ambiguous > 0
      ? [
          `${ambiguous} of ${results.fills} fills fell into a bar that does not tell what came first; the worse was taken.`,
        ]
      : []),
    ...warnings,
  ];
  return (
    <Panel title="Warnings and refusals" bodyClassName="py-2">
      {failure ? (
        <p className="mx-4 my-2 rounded-lg border border-down bg-down-soft px-3 py-2 text-sm" data-failure>
          The strategy raised at {dateTime(failure.at)}: <code className="wrap-anywhere">{failure.error}</code> in{" "}
          <code>
            {failure.file}:{failure.line}
          </code>
        </p>
      ) : null}
      {notes.length > 0 ? (
        <ul className="list-disc space-y-1 py-1 pr-4 pl-8 text-sm text-muted">
          {notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      ) : null}
      {refusals.length === 0 ? (
        <p className="px-4 py-1 text-sm text-muted">Nothing that the strategy asked for was refused.</p>
      ) : (
        <div className="quiet-scroll max-h-64 overflow-y-auto">
          <Table
            caption="Refusals"
            columns={[
              { name: "At", cell: (row) => <span className="figures whitespace-nowrap">{dateTime(row.at)}</span> },
              { name: "Symbol", cell: (row) => row.symbol ?? "—" },
              { name: "Why", cell: (row) => row.message },
            ]}
            rows={refusals}
            rowKey={(row) => `${row.at} ${row.symbol} ${row.code}`}
          />
        </div>
      )}
    </Panel>
  );
}
