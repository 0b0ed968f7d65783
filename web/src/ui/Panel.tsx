import clsx from "clsx";
import { Component, type ReactNode, useId } from "react";
import { Problem } from "./Problem";

interface PanelProps {
  title: string;
  count?: number | undefined;
  actions?: ReactNode;
  className?: string;
  bodyClassName?: string;
  children: ReactNode;
}

/** A titled region. A failure inside it is shown inside it and leaves the rest of the page alone. */
export function Panel({ title, count, actions, className, bodyClassName, children }: PanelProps) {
  const id = useId();
  return (
    <section
      aria-labelledby={id}
      className={clsx("flex min-w-0 flex-col rounded-xl border border-line bg-panel", className)}
    >
      <header className="flex min-h-11 items-center gap-2 border-b border-line py-1 pr-2 pl-4">
        <h2 id={id} className="text-base font-semibold">
          {title}
        </h2>
        {count === undefined ? null : (
          <span className="figures rounded-full bg-hover px-2 text-xs leading-5 font-medium text-muted">{count}</span>
        )}
        <div className="ml-auto flex items-center gap-1">{actions}</div>
      </header>
      <div className={clsx("min-w-0 flex-1", bodyClassName)}>
        <Boundary>{children}</Boundary>
      </div>
    </section>
  );
}

class Boundary extends Component<{ children: ReactNode }, { failure: Error | null }> {
  override state: { failure: Error | null } = { failure: null };

  static getDerivedStateFromError(failure: Error) {
    return { failure };
  }

  override render() {
    if (!this.state.failure) return this.props.children;
    return <Problem problem={this.state.failure} onRetry={() => this.setState({ failure: null })} />;
  }
}

/** Reserved height while the first answer is on its way; visible only after 200 ms. */
export function Loading({ rows = 3 }: { rows?: number }) {
  return (
    <div role="status" className="flex flex-col gap-2 p-4">
      <span className="sr-only">Loading</span>
      {Array.from({ length: rows }, (_, row) => `row-${row}`).map((row) => (
        <div key={row} className="skeleton h-5" />
      ))}
    </div>
  );
}

interface AnswerProps<Value> {
  query: { data: Value | undefined; error: Error | null; refetch: () => unknown };
  rows?: number;
  children: (value: Value) => ReactNode;
}

/** The three states of a query. Values already shown stay while they are read again. */
export function Answer<Value>({ query, rows = 3, children }: AnswerProps<Value>) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.error) return <Problem problem={query.error} onRetry={() => query.refetch()} />;
  return <Loading rows={rows} />;
}
