import { keepPreviousData, type QueryClient, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { get, post } from "../../api/client";
import { keys } from "../../api/keys";
import type { Bar, Bars, Instrument, Page, Quote, Tape, TapeControl } from "../../api/types";
import { monthsBefore } from "../../lib/time";

/** How much history the chart shows; "all" is as much as one answer holds. */
export const RANGES = { "1M": 1, "3M": 3, "6M": 6, "1Y": 12, "5Y": 60, All: null } as const;
export type Range = keyof typeof RANGES;

const BARS_MAX = 5000;
const WATCHED_MAX = 50;

/** The tapes this user may open accounts on. */
export const tapesQuery = queryOptions({
  queryKey: keys.tapes,
  queryFn: ({ signal }) => get<Page<Tape>>("/tapes", { limit: 100 }, signal),
  select: (page) => page.items,
});

/** A tape and its clock; the stream keeps it current. */
export const tapeQuery = (tapeId: string) =>
  queryOptions({
    queryKey: keys.tape(tapeId),
    queryFn: async ({ signal }) => {
      const page = await get<Page<Tape>>("/tapes", { limit: 500 }, signal);
      return page.items.find((tape) => tape.id === tapeId) ?? null;
    },
  });

/** The instruments of a tape, as known at its time. */
export const instrumentsQuery = (tapeId: string) =>
  queryOptions({
    queryKey: keys.instruments(tapeId),
    queryFn: ({ signal }) => get<Page<Instrument>>("/instruments", { tape_id: tapeId, limit: 500 }, signal),
    select: (page) => page.items,
  });

/** Quotes of the first instruments and of the chosen one, by symbol. */
export const quotesQuery = (tapeId: string, symbols: readonly string[]) =>
  queryOptions({
    queryKey: [...keys.quotes(tapeId), symbols.join(",")],
    queryFn: ({ signal }) =>
      get<{ items: Quote[] }>("/quotes", { tape_id: tapeId, symbols: symbols.join(",") }, signal),
    select: (page) => new Map(page.items.map((quote) => [quote.symbol, quote])),
    enabled: symbols.length > 0,
    placeholderData: keepPreviousData,
  });

/** Symbols to ask quotes for: the watched ones plus the chosen one. */
export function watchedSymbols(instruments: readonly Instrument[], chosen: string | null): string[] {
  const watched = instruments.slice(0, WATCHED_MAX).map((instrument) => instrument.symbol);
  return chosen && !watched.includes(chosen) ? [...watched, chosen] : watched;
}

/** Old bars followed by new ones; a bar sent twice replaces its first version. */
export function mergeBars(known: readonly Bar[], fresh: readonly Bar[], from: string | null): Bar[] {
  const firstFresh = fresh[0]?.at;
  const kept = firstFresh === undefined ? known : known.filter((bar) => bar.at < firstFresh);
  const all = [...kept, ...fresh];
  return from === null ? all : all.filter((bar) => bar.at >= from);
}

interface BarsRequest {
  tapeId: string;
  symbol: string;
  range: Range;
}

/** Closed bars up to the tape's time. Once loaded, only what the tape has added since is asked for. */
export const barsQuery = (cache: QueryClient, { tapeId, symbol, range }: BarsRequest) =>
  queryOptions({
    queryKey: keys.barsOf(tapeId, symbol, range),
    queryFn: async ({ signal, queryKey }) => {
      const at = cache.getQueryData<Tape | null>(keys.tape(tapeId))?.at ?? null;
      const months = RANGES[range];
      const from = months === null || at === null ? null : monthsBefore(at, months);
      const known = cache.getQueryData<Bars>(queryKey);
      const last = known?.items.at(-1)?.at;
      const start = last !== undefined && at !== null && last <= at ? last : from;
      const query = { tape_id: tapeId, symbol, interval: "1d", start, limit: BARS_MAX };
      const fresh = await get<Bars>("/bars", query, signal);
      const isLater = known !== undefined && start === last;
      return isLater ? { ...fresh, items: mergeBars(known.items, fresh.items, from) } : fresh;
    },
  });

/** Moves or stops a tape; the answer is the tape as it then stands. */
export function useControlTape(tapeId: string) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (control: TapeControl) => post<Tape>(`/tapes/${tapeId}/control`, control),
    onSuccess: async (tape, control) => {
      cache.setQueryData(keys.tape(tapeId), tape);
      if (control.action === "step" || control.action === "jump") {
        await Promise.all([
          cache.invalidateQueries({ queryKey: ["tape", tapeId] }),
          cache.invalidateQueries({ queryKey: ["account"] }),
        ]);
      }
    },
  });
}
