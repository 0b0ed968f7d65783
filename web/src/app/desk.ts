/** What every page of the desk stands on: the chosen account and the tape it lives on. */
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useEffect, useSyncExternalStore } from "react";
import type { LinkStatus } from "../api/stream";
import type { Account, Instrument, Tape } from "../api/types";
import { accountsQuery, summaryQuery } from "../features/broker/queries";
import { instrumentsQuery, tapeQuery } from "../features/marketdata/queries";
import { stream } from "./session";

const desk = getRouteApi("/desk");

/** The account in the address, or the first one; null when there is none. */
export function useAccounts() {
  const { account: wanted } = desk.useSearch();
  const accounts = useQuery(accountsQuery);
  const chosen = accounts.data?.find((account) => account.id === wanted) ?? accounts.data?.[0] ?? null;
  return { accounts, chosen };
}

interface Desk {
  account: Account | undefined;
  tape: Tape | null | undefined;
  problem: Error | null;
  retry: () => void;
}

/** The chosen account's summary and its tape, as current as the stream makes them. */
export function useDesk(): Desk {
  const { accounts, chosen } = useAccounts();
  const summary = useQuery({ ...summaryQuery(chosen?.id ?? ""), enabled: chosen !== null });
  const tape = useQuery({ ...tapeQuery(chosen?.tape_id ?? ""), enabled: chosen !== null });
  const retry = () => {
    for (const query of [accounts, summary, tape]) if (query.error) void query.refetch();
  };
  const problem = (accounts.data ? null : accounts.error) ?? (summary.data ? null : summary.error) ?? tape.error;
  return { account: summary.data, tape: tape.data, problem, retry };
}

/** Listens to the stream while the shell is on screen and somebody is signed in: to jobs, one account and its tape. */
export function useFollow(account: Account | null, isSignedIn: boolean): void {
  const { id = null, tape_id: tapeId = null, last_seq: seq = 0 } = account ?? {};
  // biome-ignore lint/correctness/useExhaustiveDependencies: the sequence only matters where listening starts
  useEffect(() => {
    if (id && tapeId) stream.follow({ accountId: id, tapeId, afterSeq: seq });
  }, [id, tapeId]);
  useEffect(() => {
    if (isSignedIn) stream.open();
  }, [isSignedIn]);
  useEffect(() => () => stream.close(), []);
}

/** State of the live connection. */
export function useLink(): LinkStatus {
  return useSyncExternalStore(stream.subscribe, stream.snapshot);
}

/** The symbol in the address if the tape has it, else the first that can be ordered. */
function chosenOf(instruments: readonly Instrument[], wanted: string | undefined): Instrument | null {
  const named = instruments.find((instrument) => instrument.symbol === wanted);
  return named ?? instruments.find((instrument) => instrument.tradable) ?? instruments[0] ?? null;
}

/** The instruments of a tape, and which of them the address asks for. */
export function useInstruments(tape: Tape) {
  const { symbol: wanted } = desk.useSearch();
  const navigate = useNavigate();
  const instruments = useQuery(instrumentsQuery(tape.id));
  const list = instruments.data ?? [];
  const choose = (next: string) => {
    void navigate({ to: ".", search: (search) => ({ ...search, symbol: next }), replace: true });
  };
  return { instruments, list, wanted, chosen: chosenOf(list, wanted), choose };
}
