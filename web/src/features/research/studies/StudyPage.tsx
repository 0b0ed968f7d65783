import type { ReactNode } from "react";
import type { StudyResults } from "../../../api/types";
import { dateTime } from "../../../lib/time";
import { Panel } from "../../../ui/Panel";
import { Progress } from "../../backtests/RunState";
import { QuestionHeader } from "../QuestionHeader";
import { AxesSaid } from "../SearchHeader";
import { CrossedFigures, CrossedPanels } from "./CrossValidation";
import { JitterFigures, JitterPanels } from "./Jitter";
import { LeakFigures, LeakPanels } from "./Leaks";
import { kindSaid, TERMS } from "./terms";

/** A study and what came of it; while it is under way, how far it is. */
export function StudyPage({ study }: { study: StudyResults }) {
  const isOpen = study.state === "waiting" || study.state === "running";
  const { cross_validation: crossed, leaks, jitter } = study;
  return (
    <div className="flex min-w-0 flex-col gap-3">
      <StudyHeader study={study}>
        {crossed ? <CrossedFigures study={study} found={crossed} /> : null}
        {leaks ? <LeakFigures study={study} found={leaks} /> : null}
        {jitter ? <JitterFigures study={study} found={jitter} /> : null}
      </StudyHeader>
      {isOpen ? (
        <Panel title="Under way" bodyClassName="flex flex-col items-center gap-2 px-4 py-10">
          <Progress value={study.progress} name={study.name} className="w-56" />
          <p className="text-sm text-muted">{`Asked ${dateTime(study.asked_at)}. ${study.message}`}</p>
        </Panel>
      ) : null}
      {isOpen || crossed || leaks || jitter ? null : (
        <Panel title="What happened" bodyClassName="px-4 py-4 text-sm">
          <p>{study.message || "The study was stopped before its end, and nothing came of it."}</p>
          <p className="mt-1 text-muted">What was tried for it stays counted.</p>
        </Panel>
      )}
      {crossed ? <CrossedPanels study={study} found={crossed} /> : null}
      {leaks ? <LeakPanels found={leaks} /> : null}
      {jitter ? <JitterPanels found={jitter} /> : null}
    </div>
  );
}

/** What is studied, how, and what can be done with it. */
function StudyHeader({ study, children }: { study: StudyResults; children: ReactNode }) {
  const plan = study.plan as Record<string, unknown>;
  const terms = (
    <>
      <AxesSaid axes={(plan.axes ?? {}) as Record<string, unknown[]>} />
      {TERMS[study.kind].map(({ name, label }) => (
        <span key={name}>
          {label} <span className="figures text-text">{String(plan[name.replace("shake_", "")] ?? "—")}</span>
        </span>
      ))}
    </>
  );
  return (
    <QuestionHeader
      asked={study}
      kind={kindSaid(study.kind)}
      terms={terms}
      actions={{ of: "studies", listedAt: "/studies" }}
    >
      {children}
    </QuestionHeader>
  );
}
