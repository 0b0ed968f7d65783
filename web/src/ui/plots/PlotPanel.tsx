import { ChartLine, Table2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Button } from "../Button";
import { Panel } from "../Panel";

interface PlotPanelProps {
  title: string;
  /** The drawing, or what stands in its place. */
  children: ReactNode;
  /** The same as a table; without one there is nothing to change to. */
  table?: ReactNode;
  actions?: ReactNode;
  className?: string;
  /** One sentence under the drawing. */
  note?: ReactNode;
}

/** A drawing with the same figures as a table behind a button. */
export function PlotPanel({ title, children, table, actions, className = "", note }: PlotPanelProps) {
  const [isTable, setTable] = useState(false);
  return (
    <Panel
      title={title}
      className={className}
      bodyClassName="py-2"
      actions={
        <>
          {actions}
          {table ? (
            <Button
              look="quiet"
              size="small"
              aria-pressed={isTable}
              aria-label={`${title}: ${isTable ? "view as chart" : "view as table"}`}
              onClick={() => setTable(!isTable)}
            >
              {isTable ? <ChartLine aria-hidden size={15} /> : <Table2 aria-hidden size={15} />}
            </Button>
          ) : null}
        </>
      }
    >
      {isTable ? <div className="quiet-scroll max-h-96 overflow-y-auto">{table}</div> : children}
      {note ? <p className="px-4 pt-1.5 pb-1 text-xs text-muted">{note}</p> : null}
    </Panel>
  );
}
