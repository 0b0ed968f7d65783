import { useQuery } from "@tanstack/react-query";
import { Outlet, useLocation } from "@tanstack/react-router";
import { WifiOff } from "lucide-react";
import { meQuery, preferencesQuery } from "../features/identity/queries";
import { preferNumbers } from "../lib/format";
import { Problem } from "../ui/Problem";
import { useAccounts, useFollow, useLink } from "./desk";
import { Rail } from "./Rail";
import { useReady } from "./ready";
import { TopBar } from "./TopBar";
import { Welcome } from "./Welcome";

/** Pages that need no account. */
const STANDS_ALONE = ["/accounts", "/status", "/settings", "/strategies", "/backtests", "/sweeps", "/studies"];

/** Rail, top bar and the page; also where the live connection is kept. */
export function Shell() {
  const me = useQuery(meQuery);
  const numbers = useQuery(preferencesQuery).data?.number_format ?? "1,234.5";
  preferNumbers(numbers);
  const { accounts, chosen } = useAccounts();
  const link = useLink();
  useFollow(chosen, me.data !== undefined);
  const { pathname } = useLocation();
  const isEmpty = accounts.data?.length === 0;
  useReady(isEmpty || me.error !== null);
  return (
    <div key={numbers} className="min-h-dvh border-t-2 border-sim md:grid md:grid-cols-[5.25rem_minmax(0,1fr)]">
      <a href="#page" className="sr-only focus:not-sr-only focus:absolute focus:z-50 focus:bg-panel focus:p-3">
        Skip to the page
      </a>
      <Rail />
      <div className="min-w-0 max-md:pb-20">
        <TopBar user={me.data?.user} accounts={accounts.data ?? []} chosen={chosen} />
        {link.state === "lost" ? <LostStrip /> : null}
        <main id="page" className="mx-auto max-w-[150rem] p-3">
          {me.error && !me.data ? <Problem problem={me.error} onRetry={() => me.refetch()} /> : null}
          {isEmpty && !STANDS_ALONE.some((page) => pathname.startsWith(page)) ? (
            <Welcome name={me.data?.user.name} />
          ) : (
            <Outlet />
          )}
        </main>
      </div>
      <p className="sr-only" role="status" aria-live="polite">
        {link.announcement}
      </p>
    </div>
  );
}

function LostStrip() {
  return (
    <p role="status" className="flex items-center gap-2 border-b border-line bg-warn-soft px-4 py-2 text-sm text-warn">
      <WifiOff aria-hidden size={16} className="shrink-0" />
      The live connection is lost: figures may be out of date. Reconnecting…
    </p>
  );
}
