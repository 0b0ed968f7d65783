import { type ReactNode, useState } from "react";
import type { Order } from "../../api/types";
import { price, quantity } from "../../lib/format";
import { dateTime, utc } from "../../lib/time";
import { Button } from "../../ui/Button";
import { Problem } from "../../ui/Problem";
import { type Column, Table } from "../../ui/Table";
import { useCancelOrder } from "./queries";
import { SideWord, StatusChip } from "./StatusChip";

const TERM_WORDS = {
  day: "Day",
  gtc: "GTC",
  ioc: "IOC",
  fok: "FOK",
  gtd: "GTD",
  opg: "On open",
  cls: "On close",
} as const;

function typeWords(order: Order): string {
  switch (order.type) {
    case "market":
      return "Market";
    case "limit":
      return `Limit ${price(order.limit_price)}`;
    case "stop":
      return `Stop ${price(order.stop_price)}`;
    case "stop_limit":
      return `Stop ${price(order.stop_price)}, limit ${price(order.limit_price)}`;
    case "trailing_stop":
      return `Trailing ${price(order.stop_price)}`;
    case "market_if_touched":
      return `If touched ${price(order.stop_price)}`;
  }
}

/** How long an order works, and what it is for when it is an exit. */
function smallPrint(order: Order): string {
  const term = TERM_WORDS[order.time_in_force];
  return order.role && order.role !== "entry" ? `${term}, ${order.role.replace("_", " ")}` : term;
}

const SYMBOL: Column<Order> = {
  name: "Symbol",
  cell: (order) => <span className="font-semibold">{order.symbol}</span>,
};
const SIDE: Column<Order> = { name: "Side", cell: (order) => <SideWord side={order.side} /> };
const QUANTITY: Column<Order> = { name: "Quantity", right: true, cell: (order) => quantity(order.quantity) };
const FILLED: Column<Order> = {
  name: "Filled",
  right: true,
  wideOnly: true,
  cell: (order) => quantity(order.filled_quantity),
};
const TYPE: Column<Order> = {
  name: "Type",
  cell: (order) => (
    <span className="figures whitespace-nowrap">
      {typeWords(order)} <span className="text-xs text-muted">{smallPrint(order)}</span>
    </span>
  ),
};
const STATUS: Column<Order> = { name: "Status", cell: (order) => <StatusChip order={order} /> };
const AVERAGE: Column<Order> = { name: "Average price", right: true, cell: (order) => price(order.average_fill_price) };
const FEES: Column<Order> = { name: "Fees", right: true, wideOnly: true, cell: (order) => price(order.fees) };
const ACCEPTED: Column<Order> = {
  name: "Accepted",
  wideOnly: true,
  cell: (order) => (
    <span className="figures whitespace-nowrap text-muted" title={utc(order.accepted_at)}>
      {dateTime(order.accepted_at)}
    </span>
  ),
};

/** True while something of the order can still be filled or cancelled. */
export function isWorking(order: Order): boolean {
  return order.status === "accepted" || order.status === "partially_filled";
}

interface OrdersTableProps {
  orders: readonly Order[];
  caption: string;
  isShort?: boolean;
  before?: Column<Order> | undefined;
  beside?: (order: Order) => ReactNode;
}

/** Orders with a way to cancel those that still work. */
export function OrdersTable({ orders, caption, isShort = false, before, beside }: OrdersTableProps) {
  const cancel = useCancelOrder();
  const [asked, setAsked] = useState<string | null>(null);
  const stop = (order: Order) => {
    setAsked(order.id);
    cancel.mutate(order.id);
  };
  const action: Column<Order> = {
    name: "Action",
    hideName: true,
    right: true,
    cell: (order) => (
      <>
        {beside?.(order)}
        {isWorking(order) ? (
          <Button
            size="small"
            disabled={cancel.isPending && asked === order.id}
            aria-label={`Cancel ${order.side} ${quantity(order.quantity)} ${order.symbol}`}
            onClick={() => stop(order)}
          >
            Cancel
          </Button>
        ) : null}
      </>
    ),
  };
  const columns = isShort
    ? [SYMBOL, SIDE, QUANTITY, TYPE, STATUS, action]
    : [...(before ? [before] : []), SYMBOL, SIDE, TYPE, QUANTITY, FILLED, AVERAGE, FEES, STATUS, ACCEPTED, action];
  return (
    <>
      {cancel.error ? <Problem problem={cancel.error} onRetry={() => cancel.reset()} /> : null}
      <Table caption={caption} columns={columns} rows={orders} rowKey={(order) => order.id} />
    </>
  );
}
