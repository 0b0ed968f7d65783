/** Many orders at once, and the states that one has been in. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { get, post } from "../../api/client";
import { keys } from "../../api/keys";
import type { Order, OrderState, Outcome, Page } from "../../api/types";

const AT_ONCE_MAX = 100;

/** Every state an order has been in, oldest first. */
export const orderHistoryQuery = (accountId: string, orderId: string) =>
  queryOptions({
    queryKey: [...keys.orders(accountId), orderId, "history"],
    queryFn: ({ signal }) => get<Page<OrderState>>(`/orders/${orderId}/history`, { limit: 500 }, signal),
    select: (page) => page.items,
  });

/** Cancels orders, a hundred in one commit; each is cancelled or says why not. */
export function useCancelOrders(accountId: string) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: async (orders: readonly Order[]) => {
      const outcomes: Outcome[] = [];
      for (let from = 0; from < orders.length; from += AT_ONCE_MAX) {
        const ids = orders.slice(from, from + AT_ONCE_MAX).map((order) => order.id);
        const answer = await post<{ outcomes: Outcome[] }>("/orders/batch/cancel", { order_ids: ids });
        outcomes.push(...answer.outcomes);
      }
      return outcomes;
    },
    onSettled: () => cache.invalidateQueries({ queryKey: keys.account(accountId) }),
  });
}
