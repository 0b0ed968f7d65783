import clsx from "clsx";

export type State = "waiting" | "running" | "done" | "failed" | "cancelled";

const WORDS: Readonly<Record<State, string>> = {
  waiting: "Waiting",
  running: "Running",
  done: "Done",
  failed: "Failed",
  cancelled: "Cancelled",
};

const LOOKS: Readonly<Record<State, string>> = {
  waiting: "bg-hover text-muted",
  running: "bg-accent-soft text-accent",
  done: "bg-up-soft text-up",
  failed: "bg-down-soft text-down",
  cancelled: "bg-warn-soft text-warn",
};

interface RunStateProps {
  state: State;
  /** From 0 to 1. */
  progress: number;
  name: string;
}

/** Where a run stands; while it is under way, how far it is. */
export function RunState({ state, progress, name }: RunStateProps) {
  return (
    <span className="inline-flex items-center gap-2" data-run-state={state}>
      <span className={clsx("rounded-full px-2 text-xs leading-5 font-medium whitespace-nowrap", LOOKS[state])}>
        {WORDS[state]}
      </span>
      {state === "running" ? <Progress value={progress} name={name} className="w-20" /> : null}
    </span>
  );
}

/** How far something is, as a bar and in words. */
export function Progress({ value, name, className = "" }: { value: number; name: string; className?: string }) {
  const shown = Math.floor(value * 100);
  return (
    <span className="inline-flex items-center gap-2">
      <progress
        aria-label={`Progress of ${name}`}
        className={clsx("run-progress", className)}
        max={100}
        value={shown}
      />
      <span className="figures text-xs text-muted">{shown}%</span>
    </span>
  );
}
