import { useQuery } from "@tanstack/react-query";
import type { Order, OrderState } from "../../api/types";
import { quantity } from "../../lib/format";
import { dateTime, utc } from "../../lib/time";
import { Dialog } from "../../ui/Dialog";
import { Answer } from "../../ui/Panel";
import { orderHistoryQuery } from "./manyOrders";

const eventWord = (event: string): string => event.charAt(0).toUpperCase() + event.slice(1).replaceAll("_", " ");

/** What happened to one order, step by step. */
export function OrderHistory({ order, onClose }: { order: Order; onClose: () => void }) {
  const history = useQuery(orderHistoryQuery(order.account_id, order.id));
  return (
    <Dialog
      title={`${order.side === "buy" ? "Buy" : "Sell"} ${quantity(order.quantity)} ${order.symbol}`}
      {...{ onClose }}
    >
      <Answer query={history}>
        {(states) => (
          <ol className="flex flex-col gap-3" data-order-history>
            {states.map((state) => (
              <Step key={state.seq} {...{ state }} />
            ))}
          </ol>
        )}
      </Answer>
    </Dialog>
  );
}

function Step({ state }: { state: OrderState }) {
  return (
    <li className="flex flex-col border-l-2 border-line pl-3 text-sm" data-event={state.event}>
      <span className="font-medium">{eventWord(state.event)}</span>
      <span className="figures text-muted">
        <span title={utc(state.at)}>{dateTime(state.at)}</span> · {quantity(state.filled_quantity)} of{" "}
        {quantity(state.quantity)} filled
      </span>
      {state.closed_reason ? <span className="text-muted">{eventWord(state.closed_reason)}</span> : null}
    </li>
  );
}
