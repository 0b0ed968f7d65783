/** What is known of a symbol, and the options on it, as of the tape's time. */
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { get } from "../../api/client";
import { keys } from "../../api/keys";
import type { ChainLine, Facts, Page } from "../../api/types";

const LINES_MAX = 500;

/** What an instrument is, when it trades, and what its company has announced. */
export const factsQuery = (tapeId: string, symbol: string) =>
  queryOptions({
    queryKey: [...keys.quotes(tapeId), "facts", symbol],
    queryFn: ({ signal }) => get<Facts>("/facts", { tape_id: tapeId, symbol }, signal),
    enabled: symbol !== "",
    retry: false,
  });

/** The days on which options on a symbol end. */
export const expirationsQuery = (tapeId: string, underlying: string) =>
  queryOptions({
    queryKey: [...keys.quotes(tapeId), "expirations", underlying],
    queryFn: ({ signal }) => get<{ items: string[] }>("/options/expirations", { tape_id: tapeId, underlying }, signal),
    select: (answer) => answer.items,
  });

/** The options of one right that end on a day, by strike, with their quotes and Greeks. */
export const chainQuery = (tapeId: string, underlying: string, expiresOn: string, right: Right) =>
  queryOptions({
    queryKey: [...keys.quotes(tapeId), "chain", underlying, expiresOn, right],
    queryFn: ({ signal }) => {
      const asked = { tape_id: tapeId, underlying, expires_on: expiresOn, right, limit: LINES_MAX };
      return get<Page<ChainLine>>("/options/chain", asked, signal);
    },
    select: (page) => page.items,
    placeholderData: keepPreviousData,
  });

export type Right = ChainLine["right"];
