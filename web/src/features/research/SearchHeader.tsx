import type { ReactNode } from "react";
import type { Sweep } from "../../api/types";
import { figure, money } from "../../lib/format";
import { wordOf } from "../backtests/ask";
import { Progress, RunState } from "../backtests/RunState";
import { SearchActions } from "./SearchActions";

interface SearchHeaderProps {
  search: Sweep;
  of: "sweeps" | "walk-forwards";
  /** What stands beside the terms. */
  said: string;
  children?: ReactNode;
}

/** What is searched, how far it is, and what can be done with it. */
export function SearchHeader({ search, of, said, children }: SearchHeaderProps) {
  const isOpen = search.state === "waiting" || search.state === "running";
  return (
    <section aria-labelledby="search-name" className="rounded-xl border border-line bg-panel">
      <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2 px-4 pt-3.5 pb-3">
        <div className="min-w-0">
          <h1 id="search-name" className="flex flex-wrap items-center gap-x-3 text-xl font-semibold tracking-tight">
            <span className="wrap-anywhere">{search.name}</span>
            <RunState {...search} />
          </h1>
          <p className="mt-1 text-sm text-muted">
            {wordOf(search.strategy)}, version {search.version}, on {search.symbols.slice(0, 6).join(", ")} · {said} ·{" "}
            {wordOf(search.fill_model)} fills · {search.mode === "compiled" ? "compiled" : "exact engine"} ·{" "}
            {money(search.cash)} {search.currency}
          </p>
          <p className="mt-1 flex flex-wrap gap-x-4 text-xs text-muted">
            <AxesSaid axes={search.axes} />
          </p>
        </div>
        <SearchActions search={search} of={of} listedAt="/sweeps" canResume />
      </div>
      {isOpen ? (
        <div className="flex items-center gap-3 border-t border-line px-4 py-2.5 text-sm text-muted">
          <Progress value={search.progress} name={search.name} className="w-40" />
          <span>{`${figure(search.ended_trials, 0)} trials ended. ${search.message}`}</span>
        </div>
      ) : null}
      {children}
    </section>
  );
}

/** Every parameter that is searched, with its values. */
export function AxesSaid({ axes }: { axes: Readonly<Record<string, readonly unknown[]>> }) {
  return Object.entries(axes).map(([name, values]) => (
    <span key={name}>
      {wordOf(name)} <span className="figures text-text">{shortened(values)}</span>
    </span>
  ));
}

const SHOWN = 8;

function shortened(values: readonly unknown[]): string {
  if (values.length <= SHOWN) return values.join(", ");
  return `${values.slice(0, 3).join(", ")} … ${String(values.at(-1))} (${values.length})`;
}
