/** Saved strategies, their versions, and what they have brought. */
import { type QueryClient, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { get, patch, post } from "../../api/client";
import { keys } from "../../api/keys";
import type {
  AskBacktest,
  Backtest,
  ChangeStrategy,
  SavedStrategy,
  SaveStrategy,
  StrategyPerformance,
  StrategyVersion,
} from "../../api/types";
import { getAll, isThere, removeRun } from "../backtests/queries";

/** Your saved strategies and those that are published, newest first. */
export const savedQuery = queryOptions({
  queryKey: keys.saved,
  queryFn: ({ signal }) => getAll<SavedStrategy>("/saved-strategies", {}, signal),
});

/** Every version of one, oldest first. */
export const versionsQuery = (id: string) =>
  queryOptions({
    queryKey: [...keys.savedOne(id), "versions"],
    queryFn: ({ signal }) => getAll<StrategyVersion>(`/saved-strategies/${id}/versions`, {}, signal),
    enabled: () => isThere(id),
  });

/** What it has brought by its backtests. Under the runs, because each of them may change it. */
export const performanceQuery = (id: string) =>
  queryOptions({
    queryKey: [...keys.runs, "performance", id],
    queryFn: ({ signal }) => get<StrategyPerformance>(`/saved-strategies/${id}/performance`, {}, signal),
    enabled: () => isThere(id),
  });

type Switch = "activate" | "deactivate" | "publish" | "withdraw";

/** What can be done with saved strategies. */
export type StrategyWish =
  | { do: "save"; body: SaveStrategy }
  | { do: "change"; id: string; body: ChangeStrategy }
  | { do: Switch; id: string }
  | { do: "delete"; id: string };

function wish(cache: QueryClient, asked: StrategyWish): Promise<SavedStrategy | null> {
  switch (asked.do) {
    case "save":
      return post<SavedStrategy>("/saved-strategies", asked.body);
    case "change":
      return patch<SavedStrategy>(`/saved-strategies/${asked.id}`, asked.body);
    case "delete":
      return removeRun(cache, "/saved-strategies", asked.id).then(() => null);
    default:
      return post<SavedStrategy>(`/saved-strategies/${asked.id}/${asked.do}`, {});
  }
}

/** Saves, changes, switches, publishes or deletes, and reads again what that made untrue. */
export function useStrategyWish() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (asked: StrategyWish) => wish(cache, asked),
    onSuccess: (saved) =>
      Promise.all([
        cache.invalidateQueries({ queryKey: keys.saved, exact: true }),
        saved ? cache.invalidateQueries({ queryKey: keys.savedOne(saved.id) }) : null,
      ]),
  });
}

/** Runs the newest version of a saved strategy; the run counts as its. */
export function useRunSaved(id: string) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (body: Omit<AskBacktest, "strategy" | "symbols" | "parameters">) =>
      post<Backtest>(`/saved-strategies/${id}/backtests`, body),
    onSuccess: () => cache.invalidateQueries({ queryKey: keys.runs }),
  });
}
