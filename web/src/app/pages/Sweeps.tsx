import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { sweepsQuery } from "../../features/research/queries";
import { SearchForm } from "../../features/research/SearchForm";
import { SweepsList, WalksList } from "../../features/research/SearchLists";
import { deskOnly } from "../../lib/search";
import { useAccounts } from "../desk";
import { useReady } from "../ready";

const route = getRouteApi("/desk/sweeps");

/** Sweeps and walks forward, and a form for the next. */
export function Sweeps() {
  const { use, symbol } = route.useSearch();
  const { accounts, chosen } = useAccounts();
  const navigate = useNavigate();
  const sweeps = useInfiniteQuery(sweepsQuery);
  useReady(sweeps.data !== undefined || sweeps.error !== null);
  const go = (kind: "sweep" | "walk", id: string) =>
    navigate({ to: kind === "sweep" ? "/sweeps/$id" : "/sweeps/walk-forwards/$id", params: { id }, search: deskOnly });
  return (
    <div className="grid items-start gap-3 lg:grid-cols-[minmax(0,1fr)_24rem]">
      <h1 className="sr-only">Sweeps and walks forward</h1>
      <div className="flex min-w-0 flex-col gap-3">
        <SweepsList />
        <WalksList />
      </div>
      {accounts.isPending ? null : (
        <SearchForm key={use ?? ""} tapeId={chosen?.tape_id ?? null} symbol={symbol} strategy={use} onAsked={go} />
      )}
    </div>
  );
}
