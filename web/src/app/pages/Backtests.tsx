import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { BacktestsList } from "../../features/backtests/BacktestsList";
import { backtestsQuery, type RunsFilter } from "../../features/backtests/queries";
import { RunForm } from "../../features/backtests/RunForm";
import { deskOnly } from "../../lib/search";
import { useAccounts } from "../desk";
import { useReady } from "../ready";

const route = getRouteApi("/desk/backtests");

/** Runs and how far they are, and a form for the next. */
export function Backtests() {
  const { of: strategy, with: symbol, state, sort, like, use, set, symbol: chosenSymbol } = route.useSearch();
  const filter: RunsFilter = { strategy, symbol, state, sort };
  const { accounts, chosen } = useAccounts();
  const navigate = useNavigate();
  const runs = useInfiniteQuery(backtestsQuery(filter));
  useReady(runs.data !== undefined || runs.error !== null);
  const narrow = (next: RunsFilter) =>
    navigate({
      to: ".",
      replace: true,
      search: (search) => ({ ...search, of: next.strategy, with: next.symbol, state: next.state, sort: next.sort }),
    });
  return (
    <div className="grid items-start gap-3 lg:grid-cols-[minmax(0,1fr)_24rem]">
      <h1 className="sr-only">Backtests</h1>
      <BacktestsList
        filter={filter}
        onFilter={narrow}
        onCompare={(ids) =>
          navigate({ to: "/backtests/compare", search: (search) => ({ ...deskOnly(search), runs: ids.join(",") }) })
        }
      />
      {accounts.isPending ? null : (
        <RunForm
          key={`${like ?? ""} ${use ?? ""} ${set ?? ""}`}
          tapeId={chosen?.tape_id ?? null}
          symbol={chosenSymbol}
          strategy={use}
          values={set}
          like={like}
          onAsked={(run) => navigate({ to: "/backtests/$id", params: { id: run.id }, search: deskOnly })}
        />
      )}
    </div>
  );
}
