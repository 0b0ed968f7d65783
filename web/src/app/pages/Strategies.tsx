import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { strategiesQuery } from "../../features/backtests/queries";
import { FromStart } from "../../features/backtests/RunForm";
import { CataloguePanel } from "../../features/strategies/CataloguePanel";
import { SavedPanel } from "../../features/strategies/SavedPanel";
import { deskOnly } from "../../lib/search";
import { useAccounts } from "../desk";
import { useReady } from "../ready";

const route = getRouteApi("/desk/strategies");

/** The strategies that are kept, and those that can be run. */
export function Strategies() {
  const { saved, symbol } = route.useSearch();
  const { accounts, chosen } = useAccounts();
  const navigate = useNavigate();
  const strategies = useQuery(strategiesQuery);
  useReady(strategies.data !== undefined || strategies.error !== null);
  return (
    <div className="flex min-w-0 flex-col gap-3">
      <h1 className="sr-only">Strategies</h1>
      {accounts.isPending ? null : (
        <FromStart tapeId={chosen?.tape_id ?? null} symbol={symbol}>
          {(start) => (
            <SavedPanel
              start={start}
              chosen={saved}
              onChoose={(id) =>
                navigate({ to: ".", replace: true, resetScroll: false, search: (search) => ({ ...search, saved: id }) })
              }
              onRun={(id) => navigate({ to: "/backtests/$id", params: { id }, search: deskOnly })}
            />
          )}
        </FromStart>
      )}
      <CataloguePanel />
    </div>
  );
}
