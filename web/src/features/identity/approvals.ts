import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { get, post } from "../../api/client";
import type { Approval, Page } from "../../api/types";

const APPROVALS = ["approvals"] as const;

/** What waits for a person; looked at anew while the page is open, because a program may ask at any time. */
export const approvalsQuery = queryOptions({
  queryKey: APPROVALS,
  queryFn: ({ signal }) => get<Page<Approval>>("/approvals", { status: "waiting", limit: 100 }, signal),
  refetchInterval: 10_000,
});

/** Approves of an order, or declines it with a reason. */
export function useDecide(id: string) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (reason: string | null) =>
      reason === null
        ? post<Approval>(`/approvals/${id}/approve`, {})
        : post<Approval>(`/approvals/${id}/decline`, { reason }),
    onSettled: () => cache.invalidateQueries({ queryKey: APPROVALS }),
  });
}
