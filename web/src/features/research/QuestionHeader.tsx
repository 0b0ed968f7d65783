import type { ReactNode } from "react";
import type { Study } from "../../api/types";
import { money } from "../../lib/format";
import { wordOf } from "../backtests/ask";
import { RunState } from "../backtests/RunState";
import { SearchActions } from "./SearchActions";

interface QuestionHeaderProps {
  asked: Omit<Study, "kind" | "plan" | "ended_at" | "job_id">;
  /** What is done with the strategy, said before it. */
  kind?: string;
  /** What stands beside the terms. */
  said?: string;
  /** What is tried, term by term. */
  terms: ReactNode;
  actions: Omit<Parameters<typeof SearchActions>[0], "search">;
  children?: ReactNode;
}

/** What is asked of a strategy, how far it is, and what can be done with it: of searches and of studies. */
export function QuestionHeader({ asked, kind, said, terms, actions, children }: QuestionHeaderProps) {
  const about = [
    `${kind ? `${kind} of ` : ""}${wordOf(asked.strategy)}, version ${asked.version}, on ${asked.symbols.slice(0, 6).join(", ")}`,
    ...(said ? [said] : []),
    `${wordOf(asked.fill_model)} fills`,
    asked.mode === "compiled" ? "compiled" : "exact engine",
    `${money(asked.cash)} ${asked.currency}`,
  ];
  return (
    <section aria-labelledby="question-name" className="rounded-xl border border-line bg-panel">
      <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2 px-4 pt-3.5 pb-3">
        <div className="min-w-0">
          <h1 id="question-name" className="flex flex-wrap items-center gap-x-3 text-xl font-semibold tracking-tight">
            <span className="wrap-anywhere">{asked.name}</span>
            <RunState {...asked} />
          </h1>
          <p className="mt-1 text-sm text-muted">{about.join(" · ")}</p>
          <p className="mt-1 flex flex-wrap gap-x-4 text-xs text-muted">{terms}</p>
        </div>
        <SearchActions search={asked} {...actions} />
      </div>
      {children}
    </section>
  );
}
