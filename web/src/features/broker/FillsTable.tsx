import type { Fill } from "../../api/types";
import { price, quantity } from "../../lib/format";
import { dateTime, utc } from "../../lib/time";
import { Empty } from "../../ui/Empty";
import { type Column, Table } from "../../ui/Table";
import { SideWord } from "./StatusChip";

const COLUMNS: readonly Column<Fill>[] = [
  { name: "Symbol", cell: (fill) => <span className="font-semibold">{fill.symbol}</span> },
  { name: "Side", cell: (fill) => <SideWord side={fill.side} /> },
  { name: "Quantity", right: true, cell: (fill) => quantity(fill.quantity) },
  {
    name: "Price",
    right: true,
    cell: (fill) => <span title={`Rule: ${fill.rule}; made from ${fill.reference}`}>{price(fill.price)}</span>,
  },
  { name: "Fee", right: true, wideOnly: true, cell: (fill) => price(fill.fee) },
  {
    name: "At",
    wideOnly: true,
    cell: (fill) => (
      <span className="figures whitespace-nowrap text-muted" title={utc(fill.at)}>
        {dateTime(fill.at)}
      </span>
    ),
  },
];

/** The latest executions, newest first. */
export function FillsTable({ fills }: { fills: readonly Fill[] }) {
  if (fills.length === 0) return <Empty sentence="No fills yet. Step the tape after sending an order." />;
  return <Table caption="Recent fills" columns={COLUMNS} rows={fills} rowKey={(fill) => fill.id} />;
}
