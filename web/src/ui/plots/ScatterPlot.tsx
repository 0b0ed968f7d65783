import { useState } from "react";
import { extentOf, roomy, scaleOf, ticksOf } from "./scale";
import { colourOf, type Tone } from "./tones";
import { useWidth } from "./useWidth";

/** One point, with what is told of it under the pointer. */
export interface Dot {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  readonly tone: Tone;
  readonly said: string;
}

interface ScatterPlotProps {
  dots: readonly Dot[];
  height: number;
  xName: string;
  yName: string;
  format: (value: number) => string;
  caption: string;
  /** Draws where both are equal. */
  hasDiagonal?: boolean;
  chosen?: string | null;
  onChoose?: (id: string) => void;
}

const LEFT = 12;
const RIGHT = 52;
const AXIS = 38;
const TOP = 8;

/** Points over two measures; zero is kept in sight on both. What it shows stands in a table beside it. */
export function ScatterPlot(props: ScatterPlotProps) {
  const { dots, height, xName, yName, format, caption, hasDiagonal, chosen = null, onChoose } = props;
  const [host, width] = useWidth<HTMLDivElement>();
  const [pointed, setPointed] = useState<Dot | null>(null);
  const xRange = roomy(extentOf([...dots.map((dot) => dot.x), 0]) ?? [0, 1]);
  const yRange = roomy(extentOf([...dots.map((dot) => dot.y), 0]) ?? [0, 1]);
  const [end, floor] = [Math.max(LEFT + 1, width - RIGHT), height - AXIS];
  const x = scaleOf(xRange, [LEFT, end]);
  const y = scaleOf(yRange, [floor, TOP]);
  const [low, high] = [Math.max(xRange[0], yRange[0]), Math.min(xRange[1], yRange[1])];
  return (
    <figure className="min-w-0">
      <p aria-hidden className="figures min-h-5 truncate px-3 text-xs text-muted">
        {pointed?.said ?? `${yName} over ${xName.toLowerCase()}`}
      </p>
      <div ref={host} style={{ height }} onPointerLeave={() => setPointed(null)}>
        {width > 0 ? (
          <svg aria-hidden="true" width={width} height={height} className="block">
            {ticksOf(yRange, Math.max(2, Math.floor(height / 60))).map((tick) => (
              <g key={tick}>
                <line
                  x1={LEFT}
                  x2={end}
                  y1={y(tick)}
                  y2={y(tick)}
                  style={{ stroke: tick === 0 ? "var(--line-strong)" : "var(--line)" }}
                />
                <text x={end + 7} y={y(tick) + 4} className="figures fill-muted text-[11px]">
                  {format(tick)}
                </text>
              </g>
            ))}
            {ticksOf(xRange, Math.max(2, Math.floor(width / 100))).map((tick) => (
              <g key={tick}>
                <line
                  x1={x(tick)}
                  x2={x(tick)}
                  y1={TOP}
                  y2={floor}
                  style={{ stroke: tick === 0 ? "var(--line-strong)" : "var(--line)" }}
                />
                <text x={x(tick)} y={floor + 16} textAnchor="middle" className="figures fill-muted text-[11px]">
                  {format(tick)}
                </text>
              </g>
            ))}
            <text x={end} y={height - 4} textAnchor="end" className="fill-muted text-[11px]">
              {xName} →
            </text>
            <text x={LEFT + 4} y={TOP + 8} className="fill-muted text-[11px]">
              ↑ {yName}
            </text>
            {hasDiagonal && high > low ? (
              <line
                x1={x(low)}
                x2={x(high)}
                y1={y(low)}
                y2={y(high)}
                strokeDasharray="5 4"
                style={{ stroke: "var(--muted)" }}
              />
            ) : null}
            {dots.map((dot) => (
              // biome-ignore lint/a11y/noStaticElementInteractions: the table beside it chooses with the keyboard
              <circle
                key={dot.id}
                cx={x(dot.x)}
                cy={y(dot.y)}
                r={dot.id === chosen ? 7 : 4.5}
                strokeWidth={dot.id === chosen ? 2.5 : 1}
                opacity={0.85}
                className={onChoose ? "cursor-pointer" : ""}
                style={{ fill: colourOf(dot.tone), stroke: dot.id === chosen ? "var(--text)" : "var(--panel)" }}
                onPointerEnter={() => setPointed(dot)}
                onClick={() => onChoose?.(dot.id)}
              />
            ))}
          </svg>
        ) : null}
      </div>
      <figcaption className="sr-only">{caption}</figcaption>
    </figure>
  );
}
