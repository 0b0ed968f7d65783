import { type KeyboardEvent, type PointerEvent, useState } from "react";
import { strokeOf } from "./heat";
import { nearestIn, pathOf, scaleOf, ticksOf, type Value } from "./scale";
import { useWidth } from "./useWidth";

/** An upright axis; its stops are the values that lines have on it, rising. */
export interface UprightAxis {
  readonly name: string;
  readonly title: string;
  readonly stops: readonly number[];
  readonly say: (value: number) => string;
  /** Where a word stands at each stop, instead of round numbers. */
  readonly hasWords: boolean;
}

/** A line over all axes; null leaves a gap. The share from −1 to 1 is its colour. */
export interface ParallelLine {
  readonly id: string;
  readonly values: readonly Value[];
  readonly share: number | null;
}

type Range = readonly [low: number, high: number];

interface ParallelPlotProps {
  axes: readonly UprightAxis[];
  lines: readonly ParallelLine[];
  ranges: Readonly<Record<string, Range>>;
  /** A range that is whole again is null. */
  onRange: (name: string, range: Range | null) => void;
  caption: string;
}

const HEIGHT = 290;
const TOP = 42;
const FLOOR = HEIGHT - 26;
const LEAST_WIDTH = 92;
const SIDE = 46;
const LABELS = 58;
const PAGE = 10;

const wholeOf = ({ stops }: UprightAxis): Range => [stops[0] ?? 0, stops.at(-1) ?? 0];

/** Lines over upright axes beside each other; a range on an axis, by pointer or keyboard, keeps those within it. */
export function ParallelPlot({ axes, lines, ranges, onRange, caption }: ParallelPlotProps) {
  const [host, width] = useWidth<HTMLDivElement>();
  const [pulled, setPulled] = useState<{ name: string; range: Range } | null>(null);
  const room = Math.max(width, axes.length * LEAST_WIDTH);
  const xOf = scaleOf([0, Math.max(1, axes.length - 1)], [SIDE, Math.max(SIDE + 1, room - LABELS)]);
  const scales = axes.map((axis) => {
    const [low, high] = wholeOf(axis);
    return low === high ? () => (TOP + FLOOR) / 2 : scaleOf([low, high], [FLOOR, TOP]);
  });
  const rangeOf = (axis: UprightAxis): Range =>
    (pulled?.name === axis.name ? pulled.range : ranges[axis.name]) ?? wholeOf(axis);
  const isKept = (line: ParallelLine) =>
    axes.every((axis, n) => {
      const [low, high] = rangeOf(axis);
      const value = line.values[n] ?? null;
      return value === null ? !(axis.name in ranges) : value >= low && value <= high;
    });
  const settle = (axis: UprightAxis, range: Range) => {
    const whole = wholeOf(axis);
    setPulled(null);
    onRange(axis.name, range[0] <= whole[0] && range[1] >= whole[1] ? null : range);
  };
  return (
    <figure className="min-w-0">
      <section className="quiet-scroll overflow-x-auto" aria-label="Axes, each with the range that is kept">
        <div ref={host} className="relative" style={{ height: HEIGHT, minWidth: axes.length * LEAST_WIDTH }}>
          {width > 0 ? (
            <svg aria-hidden="true" width={room} height={HEIGHT} className="block">
              <Lines {...{ lines, scales, isKept }} xs={axes.map((_, n) => xOf(n))} />
              {axes.map((axis, n) => (
                <Axis key={axis.name} axis={axis} x={xOf(n)} y={scales[n] ?? (() => 0)} range={rangeOf(axis)} />
              ))}
            </svg>
          ) : null}
          {width > 0
            ? axes.map((axis, n) =>
                (["least", "most"] as const).map((end) => (
                  <Handle
                    key={`${axis.name} ${end}`}
                    {...{ axis, end }}
                    x={xOf(n)}
                    y={scales[n] ?? (() => 0)}
                    range={rangeOf(axis)}
                    onPull={(range) => setPulled({ name: axis.name, range })}
                    onSettle={(range) => settle(axis, range)}
                  />
                )),
              )
            : null}
        </div>
      </section>
      <figcaption className="sr-only">{caption}</figcaption>
    </figure>
  );
}

interface LinesProps {
  lines: readonly ParallelLine[];
  xs: readonly number[];
  scales: readonly ((value: number) => number)[];
  isKept: (line: ParallelLine) => boolean;
}

/** Every line; those that are kept stand above the others. */
function Lines({ lines, xs, scales, isKept }: LinesProps) {
  const drawn = lines.map((line) => ({
    line,
    isIn: isKept(line),
    path: pathOf(
      xs,
      line.values.map((value, n) => (value === null ? null : (scales[n]?.(value) ?? null))),
    ),
  }));
  return [...drawn.filter(({ isIn }) => !isIn), ...drawn.filter(({ isIn }) => isIn)].map(({ line, isIn, path }) => (
    <path
      key={line.id}
      d={path}
      fill="none"
      strokeWidth={isIn ? 1.5 : 1}
      opacity={isIn ? 0.85 : 0.12}
      style={{ stroke: line.share === null || !isIn ? "var(--muted)" : strokeOf(line.share) }}
      data-kept={isIn || undefined}
    />
  ));
}

interface AxisProps {
  axis: UprightAxis;
  x: number;
  y: (value: number) => number;
  range: Range;
}

function Axis({ axis, x, y, range }: AxisProps) {
  const ticks = axis.hasWords ? axis.stops : ticksOf(wholeOf(axis), 5);
  return (
    <g>
      <text x={x} y={12} textAnchor="middle" className="fill-text text-[11px] font-medium">
        {axis.title}
      </text>
      <line x1={x} x2={x} y1={TOP} y2={FLOOR} style={{ stroke: "var(--line-strong)" }} />
      <line x1={x} x2={x} y1={y(range[1])} y2={y(range[0])} strokeWidth={3} style={{ stroke: "var(--accent)" }} />
      {ticks.map((tick) => (
        <text key={tick} x={x + 7} y={y(tick) + 4} className="figures fill-muted text-[11px]">
          {axis.say(tick)}
        </text>
      ))}
    </g>
  );
}

interface HandleProps extends AxisProps {
  end: "least" | "most";
  onPull: (range: Range) => void;
  onSettle: (range: Range) => void;
}

const KEYS: Readonly<Record<string, number>> = {
  ArrowUp: 1,
  ArrowRight: 1,
  ArrowDown: -1,
  ArrowLeft: -1,
  PageUp: PAGE,
  PageDown: -PAGE,
  Home: Number.NEGATIVE_INFINITY,
  End: Number.POSITIVE_INFINITY,
};

/** One end of the range of an axis: pulled by the pointer, or moved from stop to stop by the keyboard. */
function Handle({ axis, end, x, y, range, onPull, onSettle }: HandleProps) {
  const { stops } = axis;
  const value = end === "least" ? range[0] : range[1];
  const reaching = (next: number): Range =>
    end === "least" ? [Math.min(next, range[1]), range[1]] : [range[0], Math.max(next, range[0])];
  const stopAt = (place: number) => stops[Math.max(0, Math.min(stops.length - 1, place))] ?? value;
  const press = (event: KeyboardEvent) => {
    const by = KEYS[event.key];
    if (by === undefined) return;
    event.preventDefault();
    onSettle(reaching(stopAt(nearestIn(stops, value) + by)));
  };
  const under = (event: PointerEvent<HTMLDivElement>): number => {
    const { top } = (event.currentTarget.parentElement as HTMLElement).getBoundingClientRect();
    const [low, high] = wholeOf(axis);
    const share = (FLOOR - (event.clientY - top)) / (FLOOR - TOP);
    return stopAt(nearestIn(stops, low + Math.max(0, Math.min(1, share)) * (high - low)));
  };
  return (
    <div
      role="slider"
      tabIndex={0}
      aria-label={`${axis.title}, at ${end}`}
      aria-orientation="vertical"
      aria-valuemin={0}
      aria-valuemax={stops.length - 1}
      aria-valuenow={nearestIn(stops, value)}
      aria-valuetext={axis.say(value)}
      className="absolute grid size-6 cursor-ns-resize touch-none justify-items-center rounded-full data-[end=least]:content-start data-[end=most]:content-end"
      style={{ left: x - 12, top: y(value) + (end === "least" ? 0 : -24) }}
      data-end={end}
      onKeyDown={press}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={(event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId)) onPull(reaching(under(event)));
      }}
      onPointerUp={(event) => onSettle(reaching(under(event)))}
    >
      <span aria-hidden className="block h-2 w-4 rounded-sm border border-panel bg-accent" />
    </div>
  );
}
