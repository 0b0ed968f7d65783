import { anchorAt, scaleOf, ticksOf } from "./scale";
import { useWidth } from "./useWidth";

/** A row: a stretch that something is chosen on, and the one after it that is traded. */
export interface StretchRow {
  readonly number: number;
  readonly first: number;
  readonly split: number;
  readonly stop: number;
  /** What is told beside the row. */
  readonly said: string;
}

interface StretchPlotProps {
  rows: readonly StretchRow[];
  caption: string;
  unit: string;
}

const LEFT = 34;
const ROW = 20;
const AXIS = 26;

/** Stretches under each other, as a calendar of work shows them. */
export function StretchPlot({ rows, caption, unit }: StretchPlotProps) {
  const [host, width] = useWidth<HTMLDivElement>();
  const height = rows.length * ROW + AXIS;
  const last = Math.max(1, ...rows.map((row) => row.stop));
  const x = scaleOf([0, last], [LEFT, Math.max(LEFT + 1, width - 12)]);
  return (
    <figure className="min-w-0">
      <p aria-hidden className="flex flex-wrap gap-x-4 px-3 pb-1 text-xs text-muted">
        <Key colour="var(--line-strong)" name="Chosen on" />
        <Key colour="var(--accent)" name="Traded" />
        <span>{unit}</span>
      </p>
      <div ref={host} style={{ height }}>
        {width > 0 ? (
          <svg aria-hidden="true" width={width} height={height} className="block">
            {ticksOf([0, last], Math.max(2, Math.floor(width / 110))).map((tick) => (
              <g key={tick}>
                <line x1={x(tick)} x2={x(tick)} y1={0} y2={height - AXIS + 4} style={{ stroke: "var(--line)" }} />
                <text
                  x={x(tick)}
                  y={height - 7}
                  textAnchor={anchorAt(x(tick), LEFT, width)}
                  className="figures fill-muted text-[11px]"
                >
                  {tick}
                </text>
              </g>
            ))}
            {rows.map((row, n) => (
              <g key={row.number}>
                <title>{row.said}</title>
                <text x={LEFT - 8} y={n * ROW + 14} textAnchor="end" className="figures fill-muted text-[11px]">
                  {row.number}
                </text>
                <rect
                  x={x(row.first)}
                  width={Math.max(1, x(row.split) - x(row.first))}
                  y={n * ROW + 4}
                  height={ROW - 7}
                  rx={2}
                  opacity={0.55}
                  style={{ fill: "var(--line-strong)" }}
                />
                <rect
                  x={x(row.split)}
                  width={Math.max(1, x(row.stop) - x(row.split))}
                  y={n * ROW + 4}
                  height={ROW - 7}
                  rx={2}
                  style={{ fill: "var(--accent)" }}
                />
              </g>
            ))}
          </svg>
        ) : null}
      </div>
      <figcaption className="sr-only">{caption}</figcaption>
    </figure>
  );
}

function Key({ colour, name }: { colour: string; name: string }) {
  return (
    <span className="inline-flex items-center gap-1.5">
      <span className="inline-block h-2.5 w-4 rounded-sm" style={{ background: colour }} />
      {name}
    </span>
  );
}
