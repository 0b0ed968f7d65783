import { useQuery } from "@tanstack/react-query";
import type { Account, Position } from "../../api/types";
import { divide, parseDecimal, toPlain } from "../../lib/decimal";
import { money, moveBetween, price, quantity, signedPercent } from "../../lib/format";
import { dateTime, utc } from "../../lib/time";
import { Empty } from "../../ui/Empty";
import { Delta } from "../../ui/Figures";
import { Answer, Panel } from "../../ui/Panel";
import { type Column, Table } from "../../ui/Table";
import { EquityPanel } from "./EquityPanel";
import { positionsQuery } from "./queries";

const COLUMNS: readonly Column<Position>[] = [
  { name: "Symbol", cell: ({ symbol }) => <span className="font-semibold">{symbol}</span> },
  { name: "Quantity", right: true, cell: (position) => quantity(position.quantity) },
  {
    name: "Mark",
    right: true,
    wideOnly: true,
    cell: (position) => <span title={position.reason ?? undefined}>{price(position.mark)}</span>,
  },
  { name: "Cost", right: true, wideOnly: true, cell: (position) => money(position.cost_basis) },
  { name: "Market value", right: true, wideOnly: true, cell: (position) => money(position.market_value) },
  {
    name: "Today",
    right: true,
    cell: ({ symbol, day_pl: today }) => (
      <span data-day={symbol}>
        <Delta value={today} />
      </span>
    ),
  },
  { name: "Unrealised", right: true, cell: (position) => <Delta value={position.unrealised_pl} /> },
];

/** What an account is worth, what it holds, and what has come of it: today, of what is open, and since the start. */
export function OverviewPage({ account }: { account: Account }) {
  const positions = useQuery(positionsQuery(account.id));
  return (
    <div className="grid gap-3 lg:grid-cols-2">
      <EquityPanel account={account} />
      <ResultsPanel account={account} />
      <div className="lg:col-span-2">
        <Panel title="Positions" count={positions.data?.length}>
          <Answer query={positions} rows={4}>
            {(rows) =>
              rows.length === 0 ? (
                <Empty sentence="No positions. A filled buy order opens one." command="paperdesk positions" />
              ) : (
                <Table caption="Positions" columns={COLUMNS} rows={rows} rowKey={(row) => row.instrument_id} />
              )
            }
          </Answer>
        </Panel>
      </div>
    </div>
  );
}

function ResultsPanel({ account }: { account: Account }) {
  const open = moveBetween(account.invested, account.market_value)?.difference ?? null;
  return (
    <Panel title="Results">
      <dl className="grid gap-px overflow-hidden rounded-b-xl bg-line">
        <Result
          name="Today"
          value={account.day_pl}
          base={account.equity_before}
          note={account.day_reason ?? `since ${dateTime(account.day_began_at)}`}
          title={utc(account.day_began_at)}
        />
        <Result name="Open positions" value={open} base={account.invested} note="market value less cost" />
        <Result
          name="Since the start"
          value={account.gain}
          base={account.contributed}
          note={account.equity_reason ?? `on ${money(account.contributed)} put in`}
        />
      </dl>
    </Panel>
  );
}

/** What share of a base a result is; null where either is missing or the base is nothing. */
function rateOf(value: string | null, base: string | null): string | null {
  const [result, whole] = [parseDecimal(value ?? ""), parseDecimal(base ?? "")];
  const rate = result && whole ? divide(result, whole, 6) : null;
  return rate ? toPlain(rate) : null;
}

interface ResultProps {
  name: string;
  value: string | null;
  base: string | null;
  note: string;
  title?: string;
}

function Result({ name, value, base, note, title }: ResultProps) {
  return (
    <div className="flex flex-wrap items-baseline justify-between gap-x-4 bg-panel px-4 py-3">
      <dt>
        <span className="font-medium">{name}</span>{" "}
        <span className="text-xs text-muted" title={title}>
          {note}
        </span>
      </dt>
      <dd data-result={name} data-value={value ?? ""}>
        <Delta value={value} className="text-lg font-semibold" />{" "}
        <span className="figures text-sm text-muted">{signedPercent(rateOf(value, base))}</span>
      </dd>
    </div>
  );
}
