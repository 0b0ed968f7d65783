import clsx from "clsx";
import type { Position } from "../../api/types";
import { money, moveBetween, price, quantity, signedPercent } from "../../lib/format";
import { Empty } from "../../ui/Empty";
import { Delta, toneOf } from "../../ui/Figures";
import { type Column, Table } from "../../ui/Table";

interface PositionsTableProps {
  positions: readonly Position[];
  onChoose: (symbol: string) => void;
}

function ProfitRate({ position }: { position: Position }) {
  const move = moveBetween(position.average_price, position.mark);
  return <span className={clsx("figures", toneOf(move?.direction ?? 0))}>{signedPercent(move?.rate)}</span>;
}

function columnsOf(onChoose: (symbol: string) => void): readonly Column<Position>[] {
  return [
    {
      name: "Symbol",
      cell: ({ symbol }) => (
        <button
          type="button"
          className="min-h-6 rounded font-semibold hover:text-accent"
          onClick={() => onChoose(symbol)}
        >
          {symbol}
        </button>
      ),
    },
    { name: "Quantity", right: true, cell: (position) => quantity(position.quantity) },
    { name: "Average", right: true, wideOnly: true, cell: (position) => price(position.average_price, 2) },
    {
      name: "Mark",
      right: true,
      wideOnly: true,
      cell: (position) => (
        <span title={position.reason ?? (position.mark_source ? `From ${position.mark_source}` : undefined)}>
          {price(position.mark)}
        </span>
      ),
    },
    { name: "Market value", right: true, cell: (position) => money(position.market_value) },
    { name: "Unrealised P&L", right: true, cell: (position) => <Delta value={position.unrealised_pl} /> },
    { name: "%", right: true, wideOnly: true, cell: (position) => <ProfitRate position={position} /> },
  ];
}

/** What the account holds, at the tape's marks. A symbol opens its chart. */
export function PositionsTable({ positions, onChoose }: PositionsTableProps) {
  if (positions.length === 0) {
    return <Empty sentence="No positions. A filled buy order opens one." command="paperdesk positions" />;
  }
  return (
    <Table caption="Positions" columns={columnsOf(onChoose)} rows={positions} rowKey={(row) => row.instrument_id} />
  );
}
