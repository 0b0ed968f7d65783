import type { Leak, Leaks, Shifted, StudyResults } from "../../../api/types";
import { figure, percent } from "../../../lib/format";
import { dateTime } from "../../../lib/time";
import { Empty } from "../../../ui/Empty";
import { Figure } from "../../../ui/Figure";
import { Panel } from "../../../ui/Panel";
import { type Column, Table } from "../../../ui/Table";
import { sentence } from "../../backtests/figures";
import { FigureRow, LuckFigures } from "./LuckFigures";

const TESTS: Readonly<Record<Leak["test"], string>> = {
  truncation: "The data ended earlier",
  warm_up: "The data began later",
};

/** The verdict, on how much it rests, and what of the run may be luck. */
export function LeakFigures({ study, found }: { study: StudyResults; found: Leaks }) {
  const { declared, settled, reason } = found.warm_up;
  const isLonger = settled !== null && settled > declared;
  return (
    <FigureRow>
      <Figure
        name="Verdict"
        value={<span data-verdict={found.is_clean ? "clean" : "leaks"}>{found.is_clean ? "Clean" : "It leaks"}</span>}
        note={found.is_clean ? "Nothing moved" : `${figure(found.leaks_in_all, 0)} things moved`}
      />
      <Figure name="Cuts" value={figure(found.cuts, 0)} note="Bars at which the data ended" />
      <Figure name="Warm-up said" value={`${figure(declared, 0)} bars`} note="How far back it says it looks" />
      <Figure
        name="Warm-up needed"
        value={`${figure(settled, 0)} bars`}
        reason={settled === null ? sentence(reason ?? "it has no indicator") : null}
        note={isLonger ? "More than it says" : "Until nothing depends on more"}
      />
      <LuckFigures study={study} note="Of the run as it is; 95% is good" />
    </FigureRow>
  );
}

const LEAK_COLUMNS: readonly Column<Leak>[] = [
  { name: "Bar", cell: (leak) => <Instant at={leak.bar_at} /> },
  { name: "What moved", cell: (leak) => <span className="font-medium">{leak.what}</span> },
  { name: "Was", cell: (leak) => <span className="figures">{leak.was}</span> },
  { name: "Came", cell: (leak) => <span className="figures">{leak.came}</span> },
  { name: "When", wideOnly: true, cell: (leak) => TESTS[leak.test] },
  { name: "Cut", wideOnly: true, cell: (leak) => <Instant at={leak.cut_at} /> },
];

function Instant({ at }: { at: string }) {
  return <span className="figures whitespace-nowrap">{dateTime(at)}</span>;
}

interface ShiftRow extends Shifted {
  name: string;
}

const SHIFT_COLUMNS: readonly Column<ShiftRow>[] = [
  { name: "Run", cell: (row) => <span className="font-medium">{row.name}</span> },
  { name: "Return", right: true, cell: (row) => percent(row.total_return, 2, true) },
  { name: "Sharpe", right: true, cell: (row) => figure(row.sharpe) },
  { name: "Orders", right: true, cell: (row) => figure(row.orders, 0) },
];

/** Every bar at which something moved, and what a bar's delay costs. */
export function LeakPanels({ found }: { found: Leaks }) {
  const { as_it_is: asItIs, a_bar_late: late } = found.shift;
  return (
    <>
      <Panel title="What moved" count={found.leaks_in_all}>
        {found.leaks.length === 0 ? (
          <Empty sentence="Every order and every indicator was what it had been, with less of the future and less of the past." />
        ) : (
          <>
            <Table
              caption="What moved when there was less of the data"
              columns={LEAK_COLUMNS}
              rows={found.leaks}
              rowKey={(leak) => `${leak.test} ${leak.cut_at} ${leak.what}`}
            />
            {found.leaks_in_all > found.leaks.length ? (
              <p className="px-4 py-2 text-xs text-muted">
                {`The first ${found.leaks.length} of ${figure(found.leaks_in_all, 0)}.`}
              </p>
            ) : null}
          </>
        )}
      </Panel>
      <Panel title="Told a bar late" bodyClassName="pb-2">
        <Table
          caption="The run as it is, and with every bar told a bar late"
          columns={SHIFT_COLUMNS}
          rows={[
            { ...asItIs, name: "As it is" },
            { ...late, name: "A bar late" },
          ]}
          rowKey={(row) => row.name}
        />
        <p className="px-4 pt-1 text-xs text-muted">
          An edge that lives for one bar is what a leak looks like, and what a quick market looks like: what this costs
          is for you to judge.
        </p>
      </Panel>
    </>
  );
}
