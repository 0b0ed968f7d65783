/** Sweeps, walks forward and studies, and what came of them. */
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
  AgainstPaper,
  AskStudy,
  AskSweep,
  AskWalk,
  HeatMap,
  Page,
  Study,
  StudyKind,
  StudyResults,
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

const pages = <Row>(path: string, key: readonly string[], query: Readonly<Record<string, string>> = {}) =>
  infiniteQueryOptions({
    queryKey: [...key, query],
    queryFn: ({ signal, pageParam }) => get<Page<Row>>(path, { ...query, limit: LISTED, cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    select: (answer) => answer.pages.flatMap((page) => page.items),
  });

/** Sweeps, newest first. */
export const sweepsQuery = pages<Sweep>("/sweeps", keys.sweeps);
/** Walks forward, newest first. */
export const walksQuery = pages<WalkForward>("/walk-forwards", keys.walks);

/** Studies of a kind or of all, newest first. */
export const studiesQuery = (kind: StudyKind | undefined) =>
  pages<Study>("/studies", keys.studies, kind ? { kind } : {});

/** How far a study is, and what came of it. */
export const studyQuery = (id: string) =>
  queryOptions({
    queryKey: keys.study(id),
    queryFn: ({ signal }) => get<StudyResults>(`/studies/${id}`, {}, signal),
    enabled: () => isThere(id),
  });

/** A run beside a paper account: the account goes on, so it is read anew whenever it is opened. */
export const againstQuery = (id: string, accountId: string, withinS: string) =>
  queryOptions({
    queryKey: [...keys.report(id), "against", accountId, withinS],
    queryFn: ({ signal }) => get<AgainstPaper>(`/backtests/${id}/against/${accountId}`, { within_s: withinS }, signal),
    staleTime: 0,
    // What stands under the name of an account is never another one's.
    placeholderData: (before, query) => (query?.queryKey.at(-2) === accountId ? before : undefined),
  });

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

/** Where each kind of study is asked for. */
const STUDIED_AT = { cross_validation: "cross-validation", leaks: "leaks", jitter: "jitter" } as const;

const LISTS = { sweeps: keys.sweeps, "walk-forwards": keys.walks, studies: keys.studies } as const;

/** What is searched or studied stands in one of these lists. */
export type SearchList = keyof typeof LISTS;

/** What can be done with searches and studies. */
export type SearchWish =
  | { do: "sweep"; body: AskSweep }
  | { do: "walk"; body: AskWalk }
  | { do: "study"; kind: StudyKind; body: AskStudy }
  | { do: "cancel" | "resume" | "delete"; of: SearchList; id: string };

async function wish(cache: QueryClient, asked: SearchWish): Promise<string> {
  if (asked.do === "sweep") return (await post<Sweep>("/sweeps", asked.body)).id;
  if (asked.do === "walk") return (await post<WalkForward>("/walk-forwards", asked.body)).id;
  if (asked.do === "study") return (await post<Study>(`/studies/${STUDIED_AT[asked.kind]}`, asked.body)).id;
  if (asked.do === "delete") await removeRun(cache, `/${asked.of}`, asked.id);
  else await post(`/${asked.of}/${asked.id}/${asked.do}`, {});
  return asked.id;
}

/** Asks for a search or a study, stops, resumes or deletes one, and reads again what that made untrue. */
export function useSearchWish() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (asked: SearchWish) => wish(cache, asked),
    onSuccess: (id, asked) => {
      // What is deleted is not read again: the page that showed it leaves.
      if (asked.do === "delete") return cache.invalidateQueries({ queryKey: LISTS[asked.of] });
      void cache.invalidateQueries({ queryKey: keys.sweep(id) });
      return cache.invalidateQueries({ queryKey: keys.runs });
    },
  });
}
