import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { backtestQuery } from "../../features/backtests/queries";
import { Report } from "../../features/backtests/report/Report";
import { Answer } from "../../ui/Panel";
import { useReady } from "../ready";

const route = getRouteApi("/desk/backtests/$id");

/** One run and all that came of it. */
export function BacktestReport() {
  const { id } = route.useParams();
  const { trip, trips = "number" } = route.useSearch();
  const navigate = useNavigate();
  const run = useQuery(backtestQuery(id));
  useReady(run.data !== undefined || run.error !== null);
  useEffect(() => {
    document.title = run.data ? `${run.data.name} · Backtest` : "Backtest · Paperdesk";
  }, [run.data]);
  return (
    <Answer query={run} rows={14}>
      {(known) => (
        <Report
          run={known}
          trip={trip ?? null}
          sort={trips}
          onChange={(change) =>
            navigate({
              to: ".",
              replace: true,
              resetScroll: false,
              search: (search) => ({
                ...search,
                ...("trip" in change ? { trip: change.trip ?? undefined } : {}),
                ...("sort" in change ? { trips: change.sort } : {}),
              }),
            })
          }
        />
      )}
    </Answer>
  );
}
