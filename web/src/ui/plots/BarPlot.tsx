import { useState } from "react";
import { anchorAt, type Bin, scaleOf, ticksOf } from "./scale";
import { colourOf } from "./tones";
import { useWidth } from "./useWidth";

interface BarPlotProps {
  bins: readonly Bin[];
  height: number;
  format: (value: number) => string;
  /** What is counted, such as "days". */
  noun: string;
  caption: string;
  /** A value to stand out from the others, with its name. */
  mark?: { readonly value: number; readonly name: string } | null;
}

const RIGHT = 40;
const AXIS = 24;
const TOP = 8;

/** How often values fell between two others; what lies below zero is drawn in its own colour. */
export function BarPlot({ bins, height, format, noun, caption, mark = null }: BarPlotProps) {
  const [host, width] = useWidth<HTMLDivElement>();
  const [pointed, setPointed] = useState<Bin | null>(null);
  const most = Math.max(1, ...bins.map((bin) => bin.count));
  const marked = mark ? [mark.value] : [];
  const low = Math.min(bins[0]?.from ?? 0, ...marked);
  const high = Math.max(bins.at(-1)?.to ?? 1, ...marked);
  const x = scaleOf([low, high], [8, Math.max(9, width - RIGHT)]);
  const y = scaleOf([0, most], [height - AXIS, TOP]);
  const [common] = [...bins].sort((one, other) => other.count - one.count);
  const told = pointed ?? common;
  return (
    <figure className="min-w-0">
      <p aria-hidden className="figures min-h-5 px-3 text-xs text-muted">
        {told ? (
          <>
            {pointed ? "" : "Most: "}
            {format(told.from)} to {format(told.to)} <span className="text-text">{`${told.count} ${noun}`}</span>
          </>
        ) : null}
        {mark ? <span className="ml-3">{`${mark.name}: ${format(mark.value)}`}</span> : null}
      </p>
      <div ref={host} style={{ height }} onPointerLeave={() => setPointed(null)}>
        {width > 0 ? (
          <svg aria-hidden="true" width={width} height={height} className="block">
            {ticksOf([0, most], 3)
              .filter(Number.isInteger)
              .map((tick) => (
                <g key={tick}>
                  <line x1={8} x2={width - RIGHT} y1={y(tick)} y2={y(tick)} style={{ stroke: "var(--line)" }} />
                  <text x={width - RIGHT + 7} y={y(tick) + 4} className="figures fill-muted text-[11px]">
                    {tick}
                  </text>
                </g>
              ))}
            {bins.map((bin) => (
              <rect
                key={bin.from}
                x={x(bin.from) + 0.75}
                width={Math.max(1, x(bin.to) - x(bin.from) - 1.5)}
                y={y(bin.count)}
                height={Math.max(0, height - AXIS - y(bin.count))}
                rx={1.5}
                opacity={pointed === null || pointed === bin ? 1 : 0.55}
                style={{ fill: colourOf(bin.to <= 1e-12 ? "down" : "accent") }}
                onPointerEnter={() => setPointed(bin)}
              />
            ))}
            {mark ? (
              <line
                x1={x(mark.value)}
                x2={x(mark.value)}
                y1={TOP}
                y2={height - AXIS}
                strokeWidth={2}
                strokeDasharray="5 3"
                style={{ stroke: "var(--text)" }}
                data-mark
              />
            ) : null}
            {ticksOf([low, high], Math.max(2, Math.floor(width / 90))).map((tick) => (
              <text
                key={tick}
                x={x(tick)}
                y={height - 7}
                textAnchor={anchorAt(x(tick), 8, width)}
                className="figures fill-muted text-[11px]"
              >
                {format(tick)}
              </text>
            ))}
          </svg>
        ) : null}
      </div>
      <figcaption className="sr-only">{caption}</figcaption>
    </figure>
  );
}
