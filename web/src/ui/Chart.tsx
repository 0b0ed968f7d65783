/**
 * The only importer of the chart library. Decimal strings become floats here, at the edge of the
 * canvas, and nowhere before: pixels need no cents.
 */
import {
  AreaSeries,
  BaselineSeries,
  CandlestickSeries,
  type ChartOptions,
  ColorType,
  createChart,
  createSeriesMarkers,
  type DeepPartial,
  HistogramSeries,
  type IChartApi,
  type ISeriesApi,
  type ISeriesMarkersPluginApi,
  LineStyle,
  type SeriesMarker,
  type SeriesType,
  type Time,
} from "lightweight-charts";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { axisPrice, axisVolume } from "../lib/format";

/** One point of a series; open, high and low are null on close-only tapes. `day` is "2015-01-05". */
export interface Point {
  readonly day: string;
  readonly open: string | null;
  readonly high: string | null;
  readonly low: string | null;
  readonly close: string;
  readonly volume: string | null;
}

/** A fill to mark on the line. */
export interface Mark {
  readonly day: string;
  readonly side: "buy" | "sell";
}

export type ChartKind = "candles" | "line" | "baseline";

interface ChartProps {
  kind: ChartKind;
  points: readonly Point[];
  marks?: readonly Mark[];
  /** Changing it shows the whole series again. */
  view: string;
  caption: string;
  className: string;
  isSmall?: boolean;
  onPoint?: (point: Point | null) => void;
  children?: ReactNode;
}

interface Drawn {
  chart: IChartApi;
  main: ISeriesApi<SeriesType>;
  volume: ISeriesApi<"Histogram"> | null;
  marks: ISeriesMarkersPluginApi<Time>;
}

function palette() {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string) => style.getPropertyValue(name).trim();
  return {
    up: read("--up"),
    down: read("--down"),
    accent: read("--accent"),
    line: read("--line"),
    muted: read("--muted"),
    panel: read("--panel"),
    hover: read("--hover"),
    strong: read("--line-strong"),
  };
}

type Palette = ReturnType<typeof palette>;

function chartOptions(colors: Palette, isSmall: boolean): DeepPartial<ChartOptions> {
  const crosshair = { color: colors.strong, labelBackgroundColor: colors.strong, style: LineStyle.Dashed };
  return {
    autoSize: true,
    layout: {
      background: { type: ColorType.Solid, color: colors.panel },
      textColor: colors.muted,
      fontFamily: getComputedStyle(document.body).fontFamily,
      fontSize: 11,
      attributionLogo: !isSmall,
      panes: { separatorColor: colors.line, separatorHoverColor: colors.hover, enableResize: false },
    },
    grid: { vertLines: { visible: false }, horzLines: { color: colors.line, style: LineStyle.Solid } },
    crosshair: { vertLine: crosshair, horzLine: crosshair },
    rightPriceScale: { borderVisible: false, entireTextOnly: true, scaleMargins: { top: 0.12, bottom: 0.08 } },
    timeScale: { borderColor: colors.line, minBarSpacing: 0.05, rightOffset: isSmall ? 0 : 3 },
    localization: { locale: "en-GB" },
    ...(isSmall ? { handleScroll: false, handleScale: false } : {}),
  };
}

const PRICE_FORMAT = { type: "custom", minMove: 0.01, formatter: (value: number) => axisPrice(value) } as const;
const VOLUME_FORMAT = { type: "custom", minMove: 1, formatter: axisVolume } as const;

function addMain(chart: IChartApi, kind: ChartKind, colors: Palette): ISeriesApi<SeriesType> {
  if (kind === "candles") {
    const { up, down } = colors;
    return chart.addSeries(CandlestickSeries, {
      priceFormat: PRICE_FORMAT,
      upColor: up,
      downColor: down,
      wickUpColor: up,
      wickDownColor: down,
      borderVisible: false,
    });
  }
  if (kind === "line") {
    const fill = { topColor: `${colors.accent}38`, bottomColor: `${colors.accent}00` };
    return chart.addSeries(AreaSeries, { priceFormat: PRICE_FORMAT, lineColor: colors.accent, lineWidth: 2, ...fill });
  }
  return chart.addSeries(BaselineSeries, {
    priceFormat: PRICE_FORMAT,
    topLineColor: colors.up,
    topFillColor1: `${colors.up}30`,
    topFillColor2: `${colors.up}05`,
    bottomLineColor: colors.down,
    bottomFillColor1: `${colors.down}05`,
    bottomFillColor2: `${colors.down}30`,
    lineWidth: 2,
    priceLineVisible: false,
    lastValueVisible: false,
  });
}

function draw(host: HTMLElement, kind: ChartKind, hasVolume: boolean, isSmall: boolean): Drawn {
  const colors = palette();
  const chart = createChart(host, chartOptions(colors, isSmall));
  const main = addMain(chart, kind, colors);
  const volume = hasVolume
    ? chart.addSeries(
        HistogramSeries,
        { priceFormat: VOLUME_FORMAT, priceLineVisible: false, lastValueVisible: false },
        1,
      )
    : null;
  chart.panes()[1]?.setHeight(70);
  return { chart, main, volume, marks: createSeriesMarkers(main, []) };
}

const isRising = (point: Point) => point.open === null || Number(point.close) >= Number(point.open);

function fill(drawn: Drawn, kind: ChartKind, points: readonly Point[], marks: readonly Mark[]): void {
  const colors = palette();
  const number = (text: string | null, close: string) => Number(text ?? close);
  if (kind === "candles") {
    drawn.main.setData(
      points.map(({ day, open, high, low, close }) => ({
        time: day,
        open: number(open, close),
        high: number(high, close),
        low: number(low, close),
        close: Number(close),
      })),
    );
  } else {
    const first = points[0];
    if (kind === "baseline" && first) {
      drawn.main.applyOptions({ baseValue: { type: "price", price: Number(first.close) } });
    }
    drawn.main.setData(points.map(({ day, close }) => ({ time: day, value: Number(close) })));
  }
  const withVolume = points.filter((point) => point.volume !== null);
  drawn.volume?.setData(
    withVolume.map((point) => {
      const color = `${isRising(point) ? colors.up : colors.down}80`;
      return { time: point.day, value: Number(point.volume), color };
    }),
  );
  drawn.marks.setMarkers(marks.map((mark) => markerOf(mark, colors)));
}

function markerOf({ day, side }: Mark, colors: Palette): SeriesMarker<Time> {
  return side === "buy"
    ? { time: day, position: "belowBar", shape: "arrowUp", color: colors.up, text: "B" }
    : { time: day, position: "aboveBar", shape: "arrowDown", color: colors.down, text: "S" };
}

/** Changes whenever the theme does, because the canvas cannot read CSS variables itself. */
function useThemeName(): string {
  const [name, setName] = useState(() => document.documentElement.dataset.theme ?? "");
  useEffect(() => {
    const observer = new MutationObserver(() => setName(document.documentElement.dataset.theme ?? ""));
    observer.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    return () => observer.disconnect();
  }, []);
  return name;
}

/** A series on a time axis. The caption is for those who cannot see the canvas; offer a table beside it. */
export function Chart(props: ChartProps) {
  const { kind, points, marks = [], view, caption, className, isSmall = false, onPoint, children } = props;
  const host = useRef<HTMLDivElement>(null);
  const drawn = useRef<Drawn | null>(null);
  const isTouched = useRef(false);
  const latest = useRef({ points, onPoint });
  latest.current = { points, onPoint };
  const theme = useThemeName();
  const hasVolume = points.some((point) => point.volume !== null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new theme needs a new drawing
  useEffect(() => {
    if (!host.current) return;
    const next = draw(host.current, kind, hasVolume, isSmall);
    drawn.current = next;
    next.chart.subscribeCrosshairMove(({ time }) => {
      const found = time ? latest.current.points.find((point) => point.day === time) : undefined;
      latest.current.onPoint?.(found ?? null);
    });
    return () => {
      drawn.current = null;
      next.chart.remove();
    };
  }, [kind, hasVolume, isSmall, theme]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another view starts untouched
  useEffect(() => {
    isTouched.current = false;
  }, [view]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: filled again after a new drawing
  useEffect(() => {
    if (!drawn.current) return;
    fill(drawn.current, kind, points, marks);
    // Follows the tape until the reader zooms or scrolls.
    if (!isTouched.current) drawn.current.chart.timeScale().fitContent();
  }, [points, marks, kind, hasVolume, isSmall, theme, view]);

  const touch = () => {
    isTouched.current = true;
  };
  return (
    <figure className="relative">
      <div ref={host} className={className} onPointerDown={touch} onWheel={touch} data-chart={kind} />
      <figcaption className="sr-only">{caption}</figcaption>
      {children}
    </figure>
  );
}
