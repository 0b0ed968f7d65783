import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Account, AgainstPaper, Backtest, ComparedOrder, MissingOrder, OrderPair } from "../../../api/types";
import { figure, money, percent, price, quantity, signedMoney } from "../../../lib/format";
import { deskOnly } from "../../../lib/search";
import { date, dateTime } from "../../../lib/time";
import { Empty } from "../../../ui/Empty";
import { SelectField } from "../../../ui/Field";
import { Figure } from "../../../ui/Figure";
import { toneOf } from "../../../ui/Figures";
import { Answer, Panel } from "../../../ui/Panel";
import { LinePlot } from "../../../ui/plots/LinePlot";
import { PlotPanel } from "../../../ui/plots/PlotPanel";
import { type Column, Table } from "../../../ui/Table";
import { againstQuery } from "../queries";
import { delaySaid, WITHIN } from "./delays";

interface AgainstPageProps {
  run: Backtest;
  accounts: readonly Account[];
  /** The account to lay the run beside; null where there is none. */
  account: Account | null;
  /** So many seconds apart two orders may be the same one. */
  within: string;
  onChange: (change: { paper?: string; within?: string }) => void;
}

/** A run beside what a paper account did over the same time, order by order. */
export function AgainstPage({ run, accounts, account, within, onChange }: AgainstPageProps) {
  const found = useQuery({ ...againstQuery(run.id, account?.id ?? "", within), enabled: account !== null });
  return (
    <div className="flex min-w-0 flex-col gap-3">
      <section aria-labelledby="against-name" className="rounded-xl border border-line bg-panel">
        <div className="flex flex-wrap items-end justify-between gap-x-4 gap-y-3 px-4 pt-3.5 pb-3">
          <div className="min-w-0">
            <h1 id="against-name" className="text-xl font-semibold tracking-tight wrap-anywhere">
              {run.name} beside {account?.name ?? "an account"}
            </h1>
            <p className="mt-1 text-sm text-muted">
              <Link
                to="/backtests/$id"
                params={{ id: run.id }}
                search={deskOnly}
                className="inline-flex min-h-6 items-center text-accent hover:underline"
              >
                To the report of the run
              </Link>
            </p>
          </div>
          <div className="grid grid-cols-2 gap-3">
            <SelectField
              label="Paper account"
              value={account?.id ?? ""}
              onChange={(event) => onChange({ paper: event.target.value })}
            >
              {account ? null : <option value="">No account</option>}
              {accounts.map(({ id, name, number }) => (
                <option key={id} value={id}>
                  {name} · {number}
                </option>
              ))}
            </SelectField>
            <SelectField
              label="Alike within"
              value={within}
              onChange={(event) => onChange({ within: event.target.value })}
            >
              {WITHIN.map(([seconds, said]) => (
                <option key={seconds} value={seconds}>
                  {said}
                </option>
              ))}
            </SelectField>
          </div>
        </div>
        {found.data ? <Headline found={found.data} /> : null}
      </section>
      {account ? (
        <Answer query={found} rows={12}>
          {(known) => <Compared found={known} />}
        </Answer>
      ) : (
        <Panel title="Orders on both sides">
          <Empty
            sentence="There is no paper account to lay the run beside."
            command="paperdesk accounts open Practice"
          />
        </Panel>
      )}
    </div>
  );
}

function Headline({ found }: { found: AgainstPaper }) {
  const pairs = found.orders.length;
  return (
    <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-b-xl border-t border-line bg-line lg:grid-cols-5">
      <Figure name="The same" value={`${found.same_orders} of ${pairs}`} note="Orders that are on both sides" />
      <Figure
        name="On one side alone"
        value={figure(found.missing_on_paper.length + found.missing_in_run.length, 0)}
        note={`${found.missing_on_paper.length} of the run, ${found.missing_in_run.length} of paper`}
      />
      <Figure name="Fees of the run" value={money(found.run_fees)} />
      <Figure name="Fees on paper" value={money(found.paper_fees)} />
      <Figure
        name="Drift"
        value={percent(found.drift, 2, true)}
        reason={found.drift === null ? "Both know no close together." : null}
        note="What paper returned beyond the run"
        className="max-lg:col-span-2"
      />
    </dl>
  );
}

function Compared({ found }: { found: AgainstPaper }) {
  return (
    <>
      {found.notes.length > 0 ? (
        <ul className="list-disc space-y-1 rounded-xl border border-line bg-warn-soft py-2 pr-4 pl-8 text-sm">
          {found.notes.map((note) => (
            <li key={note}>{`${note.charAt(0).toUpperCase()}${note.slice(1)}.`}</li>
          ))}
        </ul>
      ) : null}
      <Drift found={found} />
      <Pairs pairs={found.orders} />
      <div className="grid items-start gap-3 xl:grid-cols-2">
        <Missing title="Missing on paper" orders={found.missing_on_paper} />
        <Missing title="Missing in the run" orders={found.missing_in_run} />
      </div>
    </>
  );
}

type Day = AgainstPaper["days"][number];

const DAY_COLUMNS: readonly Column<Day>[] = [
  { name: "Close", cell: (day) => dateTime(day.at) },
  { name: "Run", right: true, cell: (day) => money(day.run_equity) },
  { name: "Paper", right: true, cell: (day) => money(day.paper_equity) },
  { name: "Drift", right: true, cell: (day) => percent(day.drift, 2, true) },
];

function Drift({ found }: { found: AgainstPaper }) {
  const { days } = found;
  const rate = (value: number) => percent(value, 1, true);
  return (
    <PlotPanel
      title="Drift"
      note={`From ${date(found.began_at)} to ${date(found.ended_at)}: what each side returned, and paper less the run.`}
      table={
        days.length > 0 ? (
          <Table caption="Both sides at every close" columns={DAY_COLUMNS} rows={days} rowKey={({ at }) => at} />
        ) : undefined
      }
    >
      {days.length < 2 ? (
        <p className="px-4 py-6 text-sm text-muted">A line needs two closes that both sides know.</p>
      ) : (
        <LinePlot
          at={days.map(({ at }) => Date.parse(at))}
          isNamed
          panes={[
            {
              lines: [
                { name: "Run", values: days.map((day) => day.run_return), tone: "series-1" },
                { name: "Paper", values: days.map((day) => day.paper_return), tone: "series-2", dash: "5 3" },
              ],
              height: 200,
              format: rate,
              hasZero: true,
            },
            {
              lines: [{ name: "Drift", values: days.map(({ drift }) => drift), tone: "accent", isFilled: true }],
              height: 80,
              format: rate,
              hasZero: true,
            },
          ]}
          caption={`Over ${days.length} closes paper came to ${percent(found.drift, 2, true)} beyond the run.`}
          when={(at) => date(new Date(at).toISOString())}
        />
      )}
    </PlotPanel>
  );
}

function OrderSaid({ order }: { order: ComparedOrder }) {
  const side = order.side === "buy" ? "Buy" : "Sell";
  return (
    <span className="block">
      <span className={toneOf(order.side === "buy" ? 1 : -1)}>{side}</span> {quantity(order.quantity)}{" "}
      <span className="font-medium">{order.symbol}</span>
      <span className="figures block text-xs whitespace-nowrap text-muted">{dateTime(order.at)}</span>
    </span>
  );
}

/** What came of an order: what was filled at which price, or how it ended. */
const cameTo = (order: ComparedOrder): string =>
  order.price === null ? order.status.replaceAll("_", " ") : `${quantity(order.filled)} at ${price(order.price)}`;

const PAIR_COLUMNS: readonly Column<OrderPair>[] = [
  { name: "Order of the run", cell: ({ run }) => <OrderSaid order={run} /> },
  { name: "Run", right: true, wideOnly: true, cell: ({ run }) => cameTo(run) },
  { name: "Paper", right: true, cell: ({ paper }) => cameTo(paper) },
  { name: "Later by", right: true, wideOnly: true, cell: (pair) => delaySaid(pair.delay_s) },
  {
    name: "Slippage",
    right: true,
    cell: (pair) => (pair.slippage_bps === null ? "—" : `${figure(pair.slippage_bps, 1)} bp`),
  },
  { name: "Fees beyond", right: true, wideOnly: true, cell: (pair) => signedMoney(pair.fees_beyond) },
  { name: "Same", cell: (pair) => (pair.is_same ? "Yes" : <span className="text-warn">No</span>) },
];

function Pairs({ pairs }: { pairs: readonly OrderPair[] }) {
  return (
    <Panel title="Orders on both sides" count={pairs.length}>
      {pairs.length === 0 ? (
        <Empty sentence="No order of the run has its like on paper." />
      ) : (
        <div className="quiet-scroll max-h-[36rem] overflow-y-auto">
          <Table caption="Orders on both sides" columns={PAIR_COLUMNS} rows={pairs} rowKey={({ run }) => run.id} />
        </div>
      )}
    </Panel>
  );
}

const MISSING_COLUMNS: readonly Column<MissingOrder>[] = [
  { name: "Order", cell: ({ order }) => <OrderSaid order={order} /> },
  { name: "Came to", right: true, wideOnly: true, cell: ({ order }) => cameTo(order) },
  { name: "Why", cell: ({ reason }) => <span className="text-muted">{reason}</span> },
];

function Missing({ title, orders }: { title: string; orders: readonly MissingOrder[] }) {
  return (
    <Panel title={title} count={orders.length}>
      {orders.length === 0 ? (
        <p className="px-4 py-4 text-sm text-muted">Nothing.</p>
      ) : (
        <div className="quiet-scroll max-h-[28rem] overflow-y-auto">
          <Table caption={title} columns={MISSING_COLUMNS} rows={orders} rowKey={({ order }) => order.id} />
        </div>
      )}
    </Panel>
  );
}
