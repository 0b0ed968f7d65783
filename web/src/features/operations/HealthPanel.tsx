import { useQuery } from "@tanstack/react-query";
import clsx from "clsx";
import type { ReactNode } from "react";
import type { Ready } from "../../api/types";
import { Panel } from "../../ui/Panel";
import { Problem } from "../../ui/Problem";
import { readyQuery } from "./queries";

type State = "good" | "slow" | "down" | "unknown";

const WORDS: Readonly<Record<State, string>> = { good: "Good", slow: "Slower", down: "Down", unknown: "Not known" };
const DOTS: Readonly<Record<State, string>> = { good: "bg-up", slow: "bg-warn", down: "bg-down", unknown: "bg-muted" };

/** How each part of the desk stands, in the server's own words; what did not answer is not known. */
export function HealthPanel() {
  const ready = useQuery(readyQuery);
  const now = ready.error ? null : (ready.data ?? null);
  return (
    <Panel title="Health" bodyClassName="p-4">
      {ready.error ? <Problem problem={ready.error} onRetry={() => ready.refetch()} /> : null}
      <dl
        className="grid gap-4 sm:grid-cols-2 xl:grid-cols-4"
        data-health={now ? "ready" : ready.error ? "down" : "unknown"}
      >
        <Part name="Database" state={now ? "good" : ready.error ? "down" : "unknown"}>
          {now ? `Answered within ${now.database.answered_ms} ms` : "Its answer is missing"}
        </Part>
        <Part name="Quotes" state={quotesState(now)}>
          {now
            ? now.quotes.are_moving
              ? "Tapes are moved"
              : "Nobody moves the tapes: no order fills"
            : "Its answer is missing"}
        </Part>
        <Part name="Connections" state={poolsState(now)}>
          {now?.database.pools.map((pool) => `${pool.name} ${pool.in_use} of ${pool.size}`).join(" · ") ??
            "Its answer is missing"}
        </Part>
        <Part name="Cache" state={cacheState(now)}>
          {now
            ? now.cache.answers
              ? `Kept in ${now.cache.keeper}`
              : (now.cache.reason ?? "It does not answer")
            : "Its answer is missing"}
        </Part>
      </dl>
    </Panel>
  );
}

function quotesState(now: Ready | null): State {
  if (!now) return "unknown";
  return now.quotes.are_moving ? "good" : "down";
}

function poolsState(now: Ready | null): State {
  if (!now) return "unknown";
  return now.database.pools.some((pool) => pool.in_use >= pool.size) ? "slow" : "good";
}

function cacheState(now: Ready | null): State {
  if (!now) return "unknown";
  return now.cache.answers ? "good" : "slow";
}

function Part({ name, state, children }: { name: string; state: State; children: ReactNode }) {
  return (
    <div className="min-w-0" data-part={name} data-state={state}>
      <dt className="text-xs text-muted">{name}</dt>
      <dd>
        <span className="flex items-center gap-1.5 font-medium">
          <span aria-hidden className={clsx("size-2 rounded-full", DOTS[state])} />
          {WORDS[state]}
        </span>
        <span className="block text-sm break-words text-muted">{children}</span>
      </dd>
    </div>
  );
}
