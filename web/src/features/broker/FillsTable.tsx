import { lazy, Suspense, useState } from "react";
import type { Fill } from "../../api/types";
import { price, quantity } from "../../lib/format";
import { dateTime, utc } from "../../lib/time";
import { Button } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { type Column, Table } from "../../ui/Table";
import { SideWord } from "./StatusChip";

const FillExplanation = lazy(async () => ({ default: (await import("./FillExplanation")).FillExplanation }));

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

/** The latest executions, newest first; each says on demand why it got its price. */
export function FillsTable({ fills }: { fills: readonly Fill[] }) {
  const [asked, setAsked] = useState<Fill | null>(null);
  if (fills.length === 0) return <Empty sentence="No fills yet. Step the tape after sending an order." />;
  const why: Column<Fill> = {
    name: "Explanation",
    hideName: true,
    right: true,
    cell: (fill) => (
      <Button size="small" aria-label={`Why ${price(fill.price)} for ${fill.symbol}?`} onClick={() => setAsked(fill)}>
        Why?
      </Button>
    ),
  };
  return (
    <>
      <Table caption="Recent fills" columns={[...COLUMNS, why]} rows={fills} rowKey={(fill) => fill.id} />
      {asked ? (
        <Suspense>
          <FillExplanation fill={asked} onClose={() => setAsked(null)} />
        </Suspense>
      ) : null}
    </>
  );
}
