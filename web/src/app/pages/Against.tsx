import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { backtestQuery } from "../../features/backtests/queries";
import { AgainstPage } from "../../features/research/against/AgainstPage";
import { Answer } from "../../ui/Panel";
import { useAccounts } from "../desk";
import { useReady } from "../ready";

const route = getRouteApi("/desk/backtests/$id/against");
const A_DAY_S = "86400";

/** One run beside what a paper account did. */
export function Against() {
  const { id } = route.useParams();
  const { paper, within = A_DAY_S } = route.useSearch();
  const { accounts, chosen } = useAccounts();
  const navigate = useNavigate();
  const run = useQuery(backtestQuery(id));
  const known = run.data && accounts.data ? { run: run.data, accounts: accounts.data } : undefined;
  const error = run.error ?? accounts.error;
  useReady(known !== undefined || error !== null);
  useEffect(() => {
    document.title = run.data ? `${run.data.name} · Beside paper` : "Beside paper · Paperdesk";
  }, [run.data]);
  return (
    <Answer query={{ data: known, error, refetch: () => Promise.all([run.refetch(), accounts.refetch()]) }} rows={14}>
      {(all) => (
        <AgainstPage
          {...all}
          within={within}
          account={all.accounts.find((each) => each.id === paper) ?? chosen}
          onChange={(change) =>
            navigate({ to: ".", replace: true, resetScroll: false, search: (search) => ({ ...search, ...change }) })
          }
        />
      )}
    </Answer>
  );
}
