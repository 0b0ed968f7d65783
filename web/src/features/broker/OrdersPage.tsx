import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { Choice } from "../../ui/Field";
import { Answer, Panel } from "../../ui/Panel";
import { OrdersTable } from "./OrdersTable";
import { type OrderFilter, ordersQuery } from "./queries";

const FILTERS = [
  { value: "open", label: "Working" },
  { value: "filled", label: "Filled" },
  { value: "all", label: "All" },
] as const satisfies readonly { value: OrderFilter; label: string }[];

const NOTHING = {
  open: "No working orders.",
  filled: "No filled orders yet.",
  all: "No orders yet. Write one on the Trade page.",
} as const;

/** Every order of the account, newest first. */
export function OrdersPage({ accountId }: { accountId: string }) {
  const [filter, setFilter] = useState<OrderFilter>("open");
  const orders = useInfiniteQuery(ordersQuery(accountId, filter));
  const shown = orders.data?.filter((order) => filter !== "filled" || order.status === "filled");
  return (
    <Panel
      title="Orders"
      count={shown?.length}
      actions={
        <Choice
          label="Which orders"
          hideLabel
          value={filter}
          choices={FILTERS}
          onChange={setFilter}
          className="text-sm"
        />
      }
    >
      <Answer query={{ data: shown, error: orders.error, refetch: orders.refetch }} rows={6}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty sentence={NOTHING[filter]} command="paperdesk orders">
              {filter === "all" ? null : (
                <Button size="small" onClick={() => setFilter("all")}>
                  Show all orders
                </Button>
              )}
            </Empty>
          ) : (
            <OrdersTable orders={rows} caption="Orders" />
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
    </Panel>
  );
}
