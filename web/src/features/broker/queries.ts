import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { get, post, remove } from "../../api/client";
import { keys } from "../../api/keys";
import type {
  Account,
  EquityPoint,
  Explanation,
  Fill,
  LedgerEntry,
  Order,
  Page,
  PlaceOrder,
  Position,
} from "../../api/types";

const PAGE = 50;

/** The accounts this user may use. */
export const accountsQuery = queryOptions({
  queryKey: keys.accounts,
  queryFn: ({ signal }) => get<Page<Account>>("/accounts", { limit: 500 }, signal),
  select: (page) => page.items,
});

/** Cash, holds, buying power and equity of one account. */
export const summaryQuery = (accountId: string) =>
  queryOptions({
    queryKey: keys.summary(accountId),
    queryFn: ({ signal }) => get<Account>(`/accounts/${accountId}`, {}, signal),
  });

/** What the account holds. */
export const positionsQuery = (accountId: string) =>
  queryOptions({
    queryKey: keys.positions(accountId),
    queryFn: ({ signal }) => get<Page<Position>>(`/accounts/${accountId}/positions`, { limit: 500 }, signal),
    select: (page) => page.items,
  });

/** The account's value through time, oldest first. */
export const equityQuery = (accountId: string) =>
  queryOptions({
    queryKey: keys.equity(accountId),
    queryFn: async ({ signal }) => {
      const points: EquityPoint[] = [];
      let cursor: string | null = null;
      do {
        const path = `/accounts/${accountId}/equity`;
        const page: Page<EquityPoint> = await get<Page<EquityPoint>>(path, { limit: 500, cursor }, signal);
        points.push(...page.items);
        cursor = page.next_cursor;
      } while (cursor);
      return points;
    },
  });

/** The latest fills, newest first. */
export const fillsQuery = (accountId: string) =>
  queryOptions({
    queryKey: keys.fills(accountId),
    queryFn: ({ signal }) => get<Page<Fill>>(`/accounts/${accountId}/fills`, { limit: PAGE }, signal),
    select: (page) => page.items,
  });

/** Why a fill got its price; it never changes. */
export const explanationQuery = (fillId: string) =>
  queryOptions({
    queryKey: keys.explanation(fillId),
    queryFn: ({ signal }) => get<Explanation>(`/fills/${fillId}/explanation`, {}, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });

function pagesOf<Row>(
  queryKey: readonly string[],
  ask: (cursor: string | null, signal: AbortSignal) => Promise<Page<Row>>,
) {
  return infiniteQueryOptions({
    queryKey,
    queryFn: ({ pageParam, signal }) => ask(pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page: Page<Row>) => page.next_cursor,
    select: (answer) => answer.pages.flatMap((page) => page.items),
  });
}

export type OrderFilter = "open" | "filled" | "all";

/** Orders, newest first. "filled" is told from all closed ones by what was filled, on the page. */
export const ordersQuery = (accountId: string, filter: OrderFilter) =>
  pagesOf<Order>(keys.ordersOf(accountId, filter), (cursor, signal) => {
    const status = filter === "filled" ? "closed" : filter;
    return get<Page<Order>>("/orders", { account_id: accountId, status, limit: PAGE, cursor }, signal);
  });

/** Ledger entries with the cash after each. */
export const ledgerQuery = (accountId: string) =>
  pagesOf<LedgerEntry>(keys.ledger(accountId), (cursor, signal) =>
    get<Page<LedgerEntry>>(`/accounts/${accountId}/ledger`, { limit: PAGE, cursor }, signal),
  );

/** Sends an order. The client order id in it makes sending twice harmless. */
export function usePlaceOrder() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (order: PlaceOrder) => post<Order>("/orders", order),
    onSuccess: (order) => cache.invalidateQueries({ queryKey: keys.account(order.account_id) }),
  });
}

/** Cancels what is still working of an order. */
export function useCancelOrder() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (orderId: string) => remove<Order>(`/orders/${orderId}`),
    onSuccess: (order) => cache.invalidateQueries({ queryKey: keys.account(order.account_id) }),
  });
}
