import type { ReactNode } from "react";
import type { Sweep } from "../../api/types";
import { figure } from "../../lib/format";
import { wordOf } from "../backtests/ask";
import { Progress } from "../backtests/RunState";
import { QuestionHeader } from "./QuestionHeader";

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
    <QuestionHeader
      asked={search}
      said={said}
      terms={<AxesSaid axes={search.axes} />}
      actions={{ of, listedAt: "/sweeps", canResume: true }}
    >
      {isOpen ? (
        <div className="flex items-center gap-3 border-t border-line px-4 py-2.5 text-sm text-muted">
          <Progress value={search.progress} name={search.name} className="w-40" />
          <span>{`${figure(search.ended_trials, 0)} trials ended. ${search.message}`}</span>
        </div>
      ) : null}
      {children}
    </QuestionHeader>
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
