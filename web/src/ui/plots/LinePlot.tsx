import clsx from "clsx";
import { type PointerEvent, useId, useMemo, useState } from "react";
import {
  anchorAt,
  extentOf,
  logTicksOf,
  nearestIn,
  pathOf,
  roomy,
  scaleOf,
  ticksOf,
  timeTicksOf,
  type Value,
} from "./scale";
import { colourOf, type Tone } from "./tones";
import { useWidth } from "./useWidth";

/** One line of a pane, a value for each instant; null leaves a gap. */
export interface Line {
  readonly name: string;
  readonly values: readonly Value[];
  readonly tone: Tone;
  readonly dash?: string;
  /** Shades between the line and zero, or the bottom of the pane. */
  readonly isFilled?: boolean;
}

/** Lines that share one axis of values. */
export interface Pane {
  readonly lines: readonly Line[];
  readonly height: number;
  readonly format: (value: number) => string;
  readonly isLog?: boolean;
  /** Keeps zero in sight. */
  readonly hasZero?: boolean;
}

/** Something that happened at an instant, drawn on the first pane. */
export interface PlotMark {
  readonly id: string;
  readonly at: number;
  readonly value: number;
  readonly side: "buy" | "sell";
  readonly isChosen?: boolean;
}

interface LinePlotProps {
  /** Instants in milliseconds, rising. */
  at: readonly number[];
  panes: readonly Pane[];
  /** What the drawing shows, for those who do not see it. */
  caption: string;
  /** How an instant is told under the pointer. */
  when: (at: number) => string;
  marks?: readonly PlotMark[];
  /** A stretch to shade, in milliseconds. */
  span?: readonly [number, number] | null;
  /** Says the names of lines where the values are read out. */
  isNamed?: boolean;
}

const LEFT = 10;
const RIGHT = 58;
const TOP = 10;
const GAP = 14;
const AXIS = 24;

/** Lines over time in one or more panes, read out under the pointer or with the arrow keys. */
export function LinePlot(props: LinePlotProps) {
  const { at, panes, caption, when, isNamed = true } = props;
  const [host, width] = useWidth<HTMLDivElement>();
  const [pointed, setPointed] = useState<number | null>(null);
  const height = TOP + panes.reduce((sum, pane) => sum + pane.height + GAP, 0) - GAP + AXIS;
  const chosen = pointed === null || pointed >= at.length ? at.length - 1 : pointed;
  const readout = panes.flatMap((pane) =>
    pane.lines.map((line) => ({ line, text: told(line.values[chosen], pane.format) })),
  );
  return (
    <figure className="min-w-0">
      <p aria-hidden className="figures flex min-h-5 flex-wrap gap-x-3 px-3 text-xs text-muted">
        <span className={clsx(pointed !== null && "text-text")}>{when(at[chosen] ?? 0)}</span>
        {readout.map(({ line, text }) => (
          <span key={line.name} className="inline-flex items-center gap-1.5">
            {isNamed ? <Swatch tone={line.tone} dash={line.dash} /> : null}
            {line.name} <span className="text-text">{text}</span>
          </span>
        ))}
      </p>
      <div
        ref={host}
        className="relative rounded-md has-[:focus-visible]:outline-2 has-[:focus-visible]:outline-accent"
        style={{ height }}
        onPointerLeave={() => setPointed(null)}
      >
        {width > 0 ? <Drawing {...props} {...{ width, height, pointed }} onPoint={setPointed} /> : null}
        <input
          type="range"
          aria-label="Move along the chart"
          aria-valuetext={`${when(at[chosen] ?? 0)}: ${readout.map(({ line, text }) => `${line.name} ${text}`).join(", ")}`}
          className="absolute inset-x-0 bottom-0 h-6 w-full cursor-ew-resize opacity-0"
          min={0}
          max={Math.max(0, at.length - 1)}
          step={Math.max(1, Math.floor(at.length / 250))}
          value={chosen}
          onChange={(event) => setPointed(Number(event.target.value))}
          onBlur={() => setPointed(null)}
        />
      </div>
      <figcaption className="sr-only">{caption}</figcaption>
    </figure>
  );
}

const told = (value: Value | undefined, format: (value: number) => string): string =>
  value === null || value === undefined ? "—" : format(value);

/** A short piece of a line, as a legend shows it. */
export function Swatch({ tone, dash = "" }: { tone: Tone; dash?: string | undefined }) {
  return (
    <svg aria-hidden="true" width="16" height="6" className="shrink-0">
      <line x1="0" x2="16" y1="3" y2="3" strokeWidth="2.5" strokeDasharray={dash} style={{ stroke: colourOf(tone) }} />
    </svg>
  );
}

interface DrawingProps extends LinePlotProps {
  width: number;
  height: number;
  pointed: number | null;
  onPoint: (place: number) => void;
}

function Drawing({ at, panes, marks = [], span = null, width, height, pointed, onPoint }: DrawingProps) {
  const clip = useId();
  const [first = 0, last = 1] = [at[0], at.at(-1)];
  const end = width - RIGHT;
  const x = scaleOf([first, last], [LEFT, end]);
  const xs = useMemo(() => at.map(scaleOf([first, last], [LEFT, end])), [at, first, last, end]);
  const place = (event: PointerEvent<SVGSVGElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    onPoint(nearestIn(xs, event.clientX - box.left));
  };
  let top = TOP;
  const tops = panes.map((pane) => {
    const mine = top;
    top += pane.height + GAP;
    return mine;
  });
  const pointedX = pointed === null ? null : xs[pointed];
  return (
    <svg
      aria-hidden="true"
      width={width}
      height={height}
      className="block touch-pan-y select-none"
      onPointerMove={place}
      onPointerDown={place}
    >
      <clipPath id={clip}>
        <rect x={LEFT - 3} y={0} width={end - LEFT + 6} height={height} />
      </clipPath>
      {span ? (
        <rect
          x={x(span[0])}
          width={Math.max(2, x(span[1]) - x(span[0]))}
          y={TOP}
          height={height - TOP - AXIS}
          style={{ fill: "var(--accent-soft)" }}
        />
      ) : null}
      {timeTicksOf(first, last, Math.max(2, Math.floor((end - LEFT) / 90))).map((tick) => (
        <text
          key={tick.at}
          x={x(tick.at)}
          y={height - 7}
          textAnchor={anchorAt(x(tick.at), LEFT, width)}
          className="fill-muted text-[11px]"
        >
          {tick.text}
        </text>
      ))}
      {panes.map((pane, n) => (
        <PaneLines
          key={pane.lines[0]?.name ?? n}
          pane={pane}
          {...{ xs, end, clip, pointed }}
          top={tops[n] ?? 0}
          marks={n === 0 ? marks.map((mark) => ({ ...mark, at: x(mark.at) })) : []}
        />
      ))}
      {pointedX === undefined || pointedX === null ? null : (
        <line
          x1={pointedX}
          x2={pointedX}
          y1={TOP}
          y2={height - AXIS}
          strokeDasharray="3 3"
          style={{ stroke: "var(--line-strong)" }}
        />
      )}
    </svg>
  );
}

interface PaneProps {
  pane: Pane;
  xs: readonly number[];
  top: number;
  end: number;
  clip: string;
  pointed: number | null;
  /** Their `at` is in pixels already. */
  marks: readonly PlotMark[];
}

function PaneLines({ pane, xs, top, end, clip, pointed, marks }: PaneProps) {
  const { lines, height, format, isLog = false, hasZero = false } = pane;
  const drawn = useMemo(() => {
    const all = lines.flatMap((line) =>
      isLog ? line.values.filter((value) => value === null || value > 0) : line.values,
    );
    const [low, high] = extentOf(hasZero ? [...all, 0] : all) ?? [0, 1];
    const range = isLog ? ([low * 0.97, high * 1.03] as const) : hasZero ? ([low, high] as const) : roomy([low, high]);
    return { range, y: scaleOf(range, [top + height, top], isLog) };
  }, [lines, isLog, hasZero, top, height]);
  const { range, y } = drawn;
  const ticks = (isLog ? logTicksOf : ticksOf)(range, Math.max(2, Math.floor(height / 56)));
  const base = range[0] <= 0 && range[1] >= 0 && !isLog ? y(0) : top + height;
  return (
    <>
      {ticks.map((tick) => (
        <g key={tick}>
          <line x1={LEFT} x2={end} y1={y(tick)} y2={y(tick)} style={{ stroke: "var(--line)" }} />
          <text x={end + 7} y={y(tick) + 4} className="figures fill-muted text-[11px]">
            {format(tick)}
          </text>
        </g>
      ))}
      <g clipPath={`url(#${clip})`}>
        {lines.map((line) => (
          <OneLine
            key={line.name}
            {...{ line, xs, base }}
            ys={line.values.map((value) => (value === null ? null : y(value)))}
          />
        ))}
        {marks.map((mark) => (
          <Triangle key={mark.id} {...mark} value={y(mark.value)} />
        ))}
      </g>
      {lines.map((line) => {
        const value = pointed === null ? null : line.values[pointed];
        if (value === null || value === undefined || pointed === null) return null;
        return (
          <circle
            key={line.name}
            cx={xs[pointed]}
            cy={y(value)}
            r={3.5}
            strokeWidth={2}
            style={{ fill: "var(--panel)", stroke: colourOf(line.tone) }}
          />
        );
      })}
    </>
  );
}

function OneLine({ line, xs, ys, base }: { line: Line; xs: readonly number[]; ys: readonly Value[]; base: number }) {
  const path = pathOf(xs, ys);
  const known = ys.flatMap((value, n) => (value === null ? [] : [xs[n] ?? 0]));
  const [first, last] = [known[0], known.at(-1)];
  const stroke = colourOf(line.tone);
  return (
    <>
      {line.isFilled && first !== undefined && last !== undefined ? (
        <path
          d={`M${first} ${base}${path.replaceAll("M", "L")}L${last} ${base}Z`}
          style={{ fill: stroke }}
          opacity={0.13}
        />
      ) : null}
      <path
        d={path}
        fill="none"
        strokeWidth={1.8}
        strokeLinejoin="round"
        strokeDasharray={line.dash}
        style={{ stroke }}
      />
    </>
  );
}

/** A fill: pointing up from below what was bought, down from above what was sold. */
function Triangle({ at: x, value: y, side, isChosen = false }: PlotMark) {
  const size = isChosen ? 7 : 4.5;
  const way = side === "buy" ? 1 : -1;
  const tip = y + way * 4;
  const foot = tip + way * size * 1.7;
  return (
    <path
      d={`M${x} ${tip}L${x - size} ${foot}L${x + size} ${foot}Z`}
      strokeWidth={1}
      style={{ fill: colourOf(side === "buy" ? "up" : "down"), stroke: "var(--panel)" }}
    />
  );
}
