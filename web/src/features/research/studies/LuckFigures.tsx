import type { ReactNode } from "react";
import type { StudyResults } from "../../../api/types";
import { figure, percent } from "../../../lib/format";
import { Figure } from "../../../ui/Figure";
import { sentence } from "../../backtests/figures";

/** The figures that every study has: what of the trial that was examined may be luck. */
export function LuckFigures({ study, note }: { study: StudyResults; note: string }) {
  const { selection } = study;
  const why = (name: "deflated_sharpe") => (selection?.[name] == null ? sentence(selection?.reasons[name]) : null);
  return (
    <>
      <Figure
        name="Deflated Sharpe"
        value={percent(selection?.deflated_sharpe, 1)}
        reason={why("deflated_sharpe")}
        note={note}
      />
      <Figure
        name="Trials of this family"
        value={figure(selection?.trials, 0)}
        reason={selection ? null : "It was not measured."}
        note="Deleting one does not uncount it"
      />
    </>
  );
}

/** Figures side by side under the head of a study. */
export function FigureRow({ children }: { children: ReactNode }) {
  return (
    <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-b-xl border-t border-line bg-line lg:grid-cols-6">
      {children}
    </dl>
  );
}
