import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Account, Order, Outcome, Tape } from "../../api/types";
import { quantity } from "../../lib/format";
import { Button } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { Choice } from "../../ui/Field";
import { Answer, Panel } from "../../ui/Panel";
import { Problem } from "../../ui/Problem";
import type { Column } from "../../ui/Table";
import { useCancelOrders } from "./manyOrders";
import { OrderHistory } from "./OrderHistory";
import { isWorking, OrdersTable } from "./OrdersTable";
import { OrderWriter } from "./OrderWriter";
import { type OrderFilter, ordersQuery } from "./queries";

const FILTERS = [
  { value: "open", label: "Working" },
  { value: "filled", label: "Filled" },
  { value: "all", label: "All" },
] as const satisfies readonly { value: OrderFilter; label: string }[];

const NOTHING = {
  open: "No working orders.",
  filled: "No filled orders yet.",
  all: "No orders yet. Write one beside.",
} as const;

interface OrdersPageProps {
  account: Account;
  tape: Tape;
  /** Why nothing can be sent now, or null. */
  blockedBecause: string | null;
}

/** Every order of the account, what can be done with many of them, and a ticket for the next. */
export function OrdersPage(props: OrdersPageProps) {
  return (
    <div className="grid items-start gap-3 lg:grid-cols-[minmax(0,1fr)_21rem]">
      <Book accountId={props.account.id} />
      <OrderWriter {...props} />
    </div>
  );
}

function Book({ accountId }: { accountId: string }) {
  const [filter, setFilter] = useState<OrderFilter>("open");
  const [shown, setShown] = useState<Order | null>(null);
  const [marked, setMarked] = useState<ReadonlySet<string>>(new Set());
  const orders = useInfiniteQuery(ordersQuery(accountId, filter));
  const rows = orders.data?.filter((order) => filter !== "filled" || order.status === "filled");
  const working = rows?.filter(isWorking) ?? [];
  const cancel = useCancelOrders(accountId);
  const chosen = working.filter((order) => marked.has(order.id));
  const choose = (next: OrderFilter) => {
    setFilter(next);
    setMarked(new Set());
    cancel.reset();
  };
  return (
    <Panel
      title="Orders"
      count={rows?.length}
      actions={
        <Choice label="Which orders" hideLabel value={filter} choices={FILTERS} onChange={choose} className="text-sm" />
      }
    >
      {working.length > 0 ? (
        <Bulk
          {...{ working, chosen }}
          isBusy={cancel.isPending}
          onMark={(some) => setMarked(new Set(some.map((order) => order.id)))}
          onCancel={() => cancel.mutate(chosen, { onSettled: () => setMarked(new Set()) })}
        />
      ) : null}
      {cancel.error ? <Problem problem={cancel.error} onRetry={() => cancel.reset()} /> : null}
      {cancel.data ? <Outcomes outcomes={cancel.data} /> : null}
      <Answer query={{ data: rows, error: orders.error, refetch: orders.refetch }} rows={6}>
        {(some) =>
          some.length === 0 ? (
            <Empty sentence={NOTHING[filter]} command="paperdesk orders">
              {filter === "all" ? null : (
                <Button size="small" onClick={() => choose("all")}>
                  Show all orders
                </Button>
              )}
            </Empty>
          ) : (
            <OrdersTable
              orders={some}
              caption="Orders"
              before={working.length > 0 ? markColumn(marked, setMarked) : undefined}
              beside={(order) => (
                <Button size="small" look="quiet" aria-label={historyName(order)} onClick={() => setShown(order)}>
                  History
                </Button>
              )}
            />
          )
        }
      </Answer>
      {orders.hasNextPage ? (
        <div className="border-t border-line p-2 text-center">
          <Button size="small" disabled={orders.isFetchingNextPage} onClick={() => orders.fetchNextPage()}>
            Older orders
          </Button>
        </div>
      ) : null}
      {shown ? <OrderHistory order={shown} onClose={() => setShown(null)} /> : null}
    </Panel>
  );
}

const historyName = (order: Order) => `History of ${order.side} ${quantity(order.quantity)} ${order.symbol}`;

function markColumn(marked: ReadonlySet<string>, onMark: (marked: ReadonlySet<string>) => void): Column<Order> {
  const toggle = (order: Order) => {
    const next = new Set(marked);
    if (!next.delete(order.id)) next.add(order.id);
    onMark(next);
  };
  return {
    name: "Mark",
    hideName: true,
    cell: (order) =>
      isWorking(order) ? (
        <input
          type="checkbox"
          className="size-6 accent-(--accent)"
          aria-label={`Mark ${order.side} ${quantity(order.quantity)} ${order.symbol}`}
          checked={marked.has(order.id)}
          onChange={() => toggle(order)}
        />
      ) : null,
  };
}

interface BulkProps {
  working: readonly Order[];
  chosen: readonly Order[];
  isBusy: boolean;
  onMark: (orders: readonly Order[]) => void;
  onCancel: () => void;
}

function Bulk({ working, chosen, isBusy, onMark, onCancel }: BulkProps) {
  const areAll = chosen.length === working.length;
  return (
    <div className="flex flex-wrap items-center gap-2 border-b border-line px-4 py-2">
      <Button size="small" onClick={() => onMark(areAll ? [] : working)}>
        {areAll ? "Mark none" : "Mark all working"}
      </Button>
      <Button size="small" look="danger" disabled={isBusy || chosen.length === 0} onClick={onCancel}>
        {`Cancel marked (${chosen.length})`}
      </Button>
    </div>
  );
}

/** How many orders were cancelled, and each that was not with the reason. */
function Outcomes({ outcomes }: { outcomes: readonly Outcome[] }) {
  const refused = outcomes.flatMap(({ problem }) => (problem ? [problem.detail] : []));
  const done = outcomes.length - refused.length;
  return (
    <div role="status" className="border-b border-line px-4 py-2 text-sm" data-cancelled={done}>
      <p>{done === 1 ? "1 order is cancelled." : `${done} orders are cancelled.`}</p>
      {[...new Set(refused)].map((reason) => (
        <p key={reason} className="text-warn">
          {reason}
        </p>
      ))}
    </div>
  );
}
