import clsx from "clsx";
import type { ReactNode } from "react";

interface FigureProps {
  name: string;
  value: ReactNode;
  /** Why there is no value; said in its place. */
  reason?: string | null | undefined;
  /** What the figure says, in a few words. */
  note?: ReactNode;
  className?: string;
  size?: "large" | "small";
}

/** A figure with its name; one that is missing says why. */
export function Figure({ name, value, reason, note, className, size = "large" }: FigureProps) {
  return (
    <div className={clsx("min-w-0 bg-panel px-4 py-2.5", className)} data-figure={name}>
      <dt className="text-xs text-muted">{name}</dt>
      <dd>
        <span className={clsx("figures block font-semibold", size === "large" ? "text-xl leading-7" : "text-base")}>
          {reason ? "—" : value}
        </span>
        {reason ? <span className="block text-xs text-muted">{reason}</span> : null}
        {note && !reason ? <span className="block text-xs text-muted">{note}</span> : null}
      </dd>
    </div>
  );
}
