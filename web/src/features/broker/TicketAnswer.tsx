import { CircleCheck, Clock3, TriangleAlert } from "lucide-react";
import { ApiProblem } from "../../api/problems";
import type { Order } from "../../api/types";
import { price, quantity } from "../../lib/format";
import { shortDateTime } from "../../lib/time";

/** Why an order was refused, or never sent. */
export function Refusal({ problem }: { problem: Error }) {
  const known = problem instanceof ApiProblem ? problem : null;
  return (
    <div className="mt-3.5 flex gap-2.5 rounded-lg bg-down-soft px-3 py-2.5 text-sm" data-refusal={known?.code}>
      <TriangleAlert aria-hidden size={16} className="mt-0.5 shrink-0 text-down" />
      <div className="min-w-0">
        <p className="font-medium">{known?.status ? "Order refused" : "Order not sent"}</p>
        <p>{problem.message}</p>
        <p className="mt-1 text-xs wrap-anywhere text-muted">
          <code>{known?.code}</code>
          {known?.requestId ? ` · request ${known.requestId}` : ""}
        </p>
      </div>
    </div>
  );
}

function outcomeOf(order: Order, nextOpenAt: string | null): string {
  if (order.status === "filled") return `Filled at ${price(order.average_fill_price)}.`;
  if (order.waits_for === "next_open") {
    return `It waits for the next open${nextOpenAt ? `, ${shortDateTime(nextOpenAt)}` : ""}.`;
  }
  if (order.status === "accepted") return "It is working.";
  return order.closed_reason ?? `It is ${order.status.replace("_", " ")}.`;
}

/** What became of an order that was accepted. */
export function Accepted({ order, nextOpenAt }: { order: Order; nextOpenAt: string | null }) {
  const Icon = order.waits_for ? Clock3 : CircleCheck;
  return (
    <div className="mt-3.5 flex gap-2.5 rounded-lg bg-up-soft px-3 py-2.5 text-sm" data-order-status={order.status}>
      <Icon aria-hidden size={16} className="mt-0.5 shrink-0 text-up" />
      <div className="min-w-0">
        <p className="font-medium">
          Order accepted: {order.side} {quantity(order.quantity)} {order.symbol}
        </p>
        <p>{outcomeOf(order, nextOpenAt)}</p>
        {order.warnings.map((warning) => (
          <p key={warning} className="text-warn">
            {warning}
          </p>
        ))}
      </div>
    </div>
  );
}
