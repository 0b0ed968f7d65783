/** Strategies that can be run, runs, and what came of them. */
import {
  infiniteQueryOptions,
  keepPreviousData,
  type QueryClient,
  queryOptions,
  useMutation,
  useQueryClient,
} from "@tanstack/react-query";
import { get, post, remove } from "../../api/client";
import { keys } from "../../api/keys";
import type {
  AskBacktest,
  Backtest,
  BacktestResults,
  Bars,
  MonteCarlo,
  Page,
  RoundTrip,
  RunPeriod,
  RunPoint,
  Strategy,
  StrategyTemplate,
} from "../../api/types";

/** A run with what came of it. */
export interface Compared {
  readonly run: Backtest;
  readonly results: BacktestResults;
  readonly points: readonly RunPoint[];
}

const PAGE = 500;
const ROWS_MAX = 10_000;
const BARS_MAX = 5_000;

/** Every row of a list, page after page, up to ten thousand. */
export async function getAll<Row>(
  path: string,
  query: Readonly<Record<string, string | null>>,
  signal: AbortSignal,
): Promise<Row[]> {
  const rows: Row[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<Row> = await get<Page<Row>>(path, { ...query, limit: PAGE, cursor }, signal);
    rows.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor !== null && rows.length < ROWS_MAX);
  return rows;
}

/** The strategies that can be run, with their parameters. */
export const strategiesQuery = queryOptions({
  queryKey: keys.strategies,
  queryFn: ({ signal }) => getAll<Strategy>("/strategies", {}, signal),
});

/** Strategies with the parameters that people usually start from. */
export const templatesQuery = queryOptions({
  queryKey: keys.templates,
  queryFn: ({ signal }) => getAll<StrategyTemplate>("/strategies/templates", {}, signal),
});

/** Which runs are listed, and in which order; what is absent does not matter. */
export interface RunsFilter {
  readonly strategy?: string | undefined;
  readonly symbol?: string | undefined;
  readonly state?: string | undefined;
  readonly sort?: string | undefined;
}

const LISTED = 50;

/** Runs page by page; the stream tells when they have moved. */
export const backtestsQuery = ({ strategy, symbol, state, sort }: RunsFilter) =>
  infiniteQueryOptions({
    queryKey: [...keys.backtests, { strategy, symbol, state, sort }],
    queryFn: ({ signal, pageParam }) =>
      get<Page<Backtest>>("/backtests", { strategy, symbol, state, sort, limit: LISTED, cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    select: (answer) => answer.pages.flatMap((page) => page.items),
    placeholderData: keepPreviousData,
  });

const deleted = new Set<string>();

/** True unless it is being deleted: whatever the stream tells, what is gone is not asked for again. */
export const isThere = (id: string): boolean => id !== "" && !deleted.has(id);

/**
 * Deletes a run, a search or a saved strategy; nothing of it that is on its way is waited for.
 * Throws ApiProblem, and then it is still there.
 */
export async function removeRun(cache: QueryClient, path: string, id: string): Promise<void> {
  deleted.add(id);
  try {
    await cache.cancelQueries({ predicate: ({ queryKey }) => queryKey.includes(id) });
    await remove(`${path}/${id}`);
  } catch (problem) {
    deleted.delete(id);
    throw problem;
  }
}

/** What was asked of a run, and how far it is. */
export const backtestQuery = (id: string) =>
  queryOptions({
    queryKey: keys.backtest(id),
    queryFn: ({ signal }) => get<Backtest>(`/backtests/${id}`, {}, signal),
    enabled: () => isThere(id),
  });

/** True once a run will come to nothing more. */
export const hasEnded = (run: Pick<Backtest, "state">): boolean => run.state !== "waiting" && run.state !== "running";

// Trials are counted on: what stands beside a report can move, so it is read again after a minute.
/** What came of a run in figures. */
export const resultsQuery = (id: string) =>
  queryOptions({
    queryKey: [...keys.report(id), "results"],
    queryFn: ({ signal }) => get<BacktestResults>(`/backtests/${id}/results`, {}, signal),
    enabled: () => isThere(id),
  });

const partQuery = <Row>(id: string, part: string, query: Readonly<Record<string, string>> = {}) =>
  queryOptions({
    queryKey: [...keys.report(id), part, query],
    queryFn: ({ signal }) => getAll<Row>(`/backtests/${id}/${part}`, query, signal),
    enabled: () => isThere(id),
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: keepPreviousData,
  });

/** What the account was worth at every close. */
export const pointsQuery = (id: string) => partQuery<RunPoint>(id, "equity");
/** The round trips, as sorted. */
export const tripsQuery = (id: string, sort = "number") => partQuery<RoundTrip>(id, "round-trips", { sort });
/** The run by its days, weeks, months or years. */
export const periodsQuery = (id: string, by: "day" | "week" | "month" | "year") =>
  partQuery<RunPeriod>(id, "periods", { by });

/** The closes of a symbol over a stretch. */
export const closesQuery = (tapeId: string, symbol: string, from: string, to: string, interval: string) =>
  queryOptions({
    queryKey: ["closes", tapeId, symbol, from, to, interval],
    queryFn: ({ signal }) => {
      const query = { tape_id: tapeId, symbol, interval, start: from, end: to, limit: BARS_MAX };
      return get<Bars>("/bars", query, signal);
    },
    staleTime: Number.POSITIVE_INFINITY,
    enabled: symbol !== "",
  });

/** The bars of one round trip, from the one it was decided on. */
export const replayQuery = (id: string, trip: number) => partQuery<TripBar>(id, "replay", { round_trip: `${trip}` });

export interface TripBar {
  readonly at: string;
  readonly close: string;
  readonly unrealised_pl: string | null;
}

/** How else the run might have come. */
export const monteCarloQuery = (id: string) =>
  queryOptions({
    queryKey: [...keys.report(id), "monte-carlo"],
    queryFn: ({ signal }) => get<MonteCarlo>(`/backtests/${id}/monte-carlo`, {}, signal),
    enabled: () => isThere(id),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** Several runs with what came of each; one that cannot be read fails them all, by its own problem. */
export const comparedQuery = (cache: QueryClient, ids: readonly string[]) =>
  queryOptions({
    queryKey: ["compared", ...ids],
    queryFn: () =>
      Promise.all(
        ids.map(async (id): Promise<Compared> => {
          const [run, results, points] = await Promise.all([
            cache.fetchQuery(backtestQuery(id)),
            cache.fetchQuery(resultsQuery(id)),
            cache.fetchQuery(pointsQuery(id)),
          ]);
          return { run, results, points };
        }),
      ),
    enabled: ids.length > 1,
  });

/** What can be done with runs. */
export type RunWish = { do: "ask"; body: AskBacktest } | { do: "cancel"; id: string } | { do: "delete"; id: string };

function wish(cache: QueryClient, asked: RunWish): Promise<Backtest | null> {
  if (asked.do === "ask") return post<Backtest>("/backtests", asked.body);
  if (asked.do === "cancel") return post<Backtest>(`/backtests/${asked.id}/cancel`, {});
  return removeRun(cache, "/backtests", asked.id).then(() => null);
}

/** Asks for a run, stops one or deletes one, and reads again what that made untrue. */
export function useRunWish() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (asked: RunWish) => wish(cache, asked),
    onSuccess: (run) => {
      if (run) cache.setQueryData(keys.backtest(run.id), run);
      return cache.invalidateQueries({ queryKey: keys.backtests });
    },
  });
}
