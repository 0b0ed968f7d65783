/** Sweeps and walks forward, and what came of them. */
import {
  infiniteQueryOptions,
  keepPreviousData,
  type QueryClient,
  queryOptions,
  useMutation,
  useQueryClient,
} from "@tanstack/react-query";
import { get, post } from "../../api/client";
import { keys } from "../../api/keys";
import type {
  AskSweep,
  AskWalk,
  HeatMap,
  Page,
  Sweep,
  SweepResults,
  Trial,
  WalkForward,
  WalkForwardResults,
  WalkPoint,
} from "../../api/types";
import { getAll, isThere, removeRun } from "../backtests/queries";
import type { MeasureName } from "./measures";

const LISTED = 30;
const FIRST_TRIALS = 100;

const pages = <Row>(path: string, key: readonly string[]) =>
  infiniteQueryOptions({
    queryKey: key,
    queryFn: ({ signal, pageParam }) => get<Page<Row>>(path, { limit: LISTED, cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    select: (answer) => answer.pages.flatMap((page) => page.items),
  });

/** Sweeps, newest first. */
export const sweepsQuery = pages<Sweep>("/sweeps", keys.sweeps);
/** Walks forward, newest first. */
export const walksQuery = pages<WalkForward>("/walk-forwards", keys.walks);

/** How far a sweep is, its best trial, and what of that may be luck. */
export const sweepQuery = (id: string) =>
  queryOptions({
    queryKey: keys.sweep(id),
    queryFn: ({ signal }) => get<SweepResults>(`/sweeps/${id}`, {}, signal),
    enabled: () => isThere(id),
  });

/** The trials by a measure; all of them once the sweep has ended, before that the first hundred. */
export const trialsQuery = (id: string, by: MeasureName, order: "asc" | "desc", isEnded: boolean) =>
  queryOptions({
    queryKey: [...keys.sweep(id), "trials", by, order, isEnded],
    queryFn: async ({ signal }) => {
      const path = `/sweeps/${id}/trials`;
      if (isEnded) return getAll<Trial>(path, { by, order }, signal);
      return (await get<Page<Trial>>(path, { by, order, limit: FIRST_TRIALS }, signal)).items;
    },
    placeholderData: keepPreviousData,
  });

/** A measure over two parameters. */
export const heatMapQuery = (id: string, query: { x: string; y: string; measure: MeasureName; of: "mean" | "best" }) =>
  queryOptions({
    queryKey: [...keys.sweep(id), "heat-map", query],
    queryFn: ({ signal }) => get<HeatMap>(`/sweeps/${id}/heat-map`, query, signal),
    enabled: () => query.x !== "" && query.y !== "" && isThere(id),
    placeholderData: keepPreviousData,
  });

/** Every fold of a walk forward, and what was kept of what was promised. */
export const walkQuery = (id: string) =>
  queryOptions({
    queryKey: keys.walk(id),
    queryFn: ({ signal }) => get<WalkForwardResults>(`/walk-forwards/${id}`, {}, signal),
    enabled: () => isThere(id),
  });

/** What the account was worth at every close that was traded. */
export const walkPointsQuery = (id: string) =>
  queryOptions({
    queryKey: [...keys.walk(id), "equity"],
    queryFn: ({ signal }) => getAll<WalkPoint>(`/walk-forwards/${id}/equity`, {}, signal),
    enabled: () => isThere(id),
  });

/** What can be done with searches. */
export type SearchWish =
  | { do: "sweep"; body: AskSweep }
  | { do: "walk"; body: AskWalk }
  | { do: "cancel" | "resume" | "delete"; of: "sweeps" | "walk-forwards"; id: string };

async function wish(cache: QueryClient, asked: SearchWish): Promise<string> {
  if (asked.do === "sweep") return (await post<Sweep>("/sweeps", asked.body)).id;
  if (asked.do === "walk") return (await post<WalkForward>("/walk-forwards", asked.body)).id;
  if (asked.do === "delete") await removeRun(cache, `/${asked.of}`, asked.id);
  else await post(`/${asked.of}/${asked.id}/${asked.do}`, {});
  return asked.id;
}

/** Asks for a search, stops, resumes or deletes one, and reads again what that made untrue. */
export function useSearchWish() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (asked: SearchWish) => wish(cache, asked),
    onSuccess: (id, asked) => {
      // What is deleted is not read again: the page that showed it leaves.
      if (asked.do === "delete")
        return cache.invalidateQueries({ queryKey: keys[asked.of === "sweeps" ? "sweeps" : "walks"] });
      void cache.invalidateQueries({ queryKey: keys.sweep(id) });
      return cache.invalidateQueries({ queryKey: keys.runs });
    },
  });
}
