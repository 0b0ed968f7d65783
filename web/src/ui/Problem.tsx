import { ApiProblem } from "../api/problems";
import { Button } from "./Button";

/** What failed, why, under which request id, and a way to try again. */
export function Problem({ problem, onRetry }: { problem: Error; onRetry?: () => void }) {
  const known = problem instanceof ApiProblem ? problem : null;
  return (
    <div
      className="m-3 rounded-lg border border-down bg-down-soft px-3.5 py-3"
      data-problem={known?.code ?? "page_failed"}
    >
      <p className="font-medium text-text">{known ? problem.message : "This panel failed to draw."}</p>
      <p className="mt-1 text-xs wrap-anywhere text-muted">
        <code>{known?.code ?? problem.message}</code>
        {known?.requestId ? ` · request ${known.requestId}` : ""}
      </p>
      {onRetry ? (
        <Button size="small" className="mt-2" onClick={onRetry}>
          Try again
        </Button>
      ) : null}
    </div>
  );
}
