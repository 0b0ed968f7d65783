import { useQuery, useQueryClient } from "@tanstack/react-query";
import { ChartLine, Table2 } from "lucide-react";
import { lazy, Suspense, useMemo, useState } from "react";
import type { Bar, Instrument, Quote, Tape } from "../../api/types";
import { placesOfTick, price, quantity } from "../../lib/format";
import { date, exchangeDay, utc } from "../../lib/time";
import { Button } from "../../ui/Button";
import type { Mark, Point } from "../../ui/Chart";
import { Empty } from "../../ui/Empty";
import { Choice } from "../../ui/Field";
import { Answer, Loading } from "../../ui/Panel";
import { type Column, Table } from "../../ui/Table";
import { QuoteBox, SymbolHeading } from "./QuoteBox";
import { barsQuery, RANGES, type Range } from "./queries";
import { TapeNotes } from "./TapeNotes";

// Fetched beside the bars that it draws, so that the page stands before it and it comes no later.
const drawing = import("../../ui/Chart");
const Chart = lazy(async () => ({ default: (await drawing).Chart }));

interface PricePanelProps {
  tape: Tape;
  instruments: readonly Instrument[];
  instrument: Instrument;
  quote: Quote | undefined;
  marks: readonly Mark[];
  onChoose: (symbol: string) => void;
}

const RANGE_CHOICES = (Object.keys(RANGES) as Range[]).map((value) => ({ value, label: value }));
const TABLE_ROWS_MAX = 250;

/** The chosen instrument: what it is, where it stands, and how it got there. */
export function PricePanel({ tape, instruments, instrument, quote, marks, onChoose }: PricePanelProps) {
  const [range, setRange] = useState<Range>("1Y");
  const [isTable, setTable] = useState(false);
  const cache = useQueryClient();
  const bars = useQuery(barsQuery(cache, { tapeId: tape.id, symbol: instrument.symbol, range }));
  const previous = quote?.previous_close ?? bars.data?.items.at(-2)?.close;
  return (
    <section aria-labelledby="price-heading" className="min-w-0 rounded-xl border border-line bg-panel">
      <div className="flex flex-wrap items-start gap-x-6 gap-y-3 px-4 pt-3.5 pb-3">
        <SymbolHeading {...{ instrument, instruments, quote, previous, onChoose }} />
        <QuoteBox quote={quote} places={placesOfTick(instrument.tick)} />
      </div>
      <div className="flex flex-wrap items-center justify-between gap-2 px-4 pb-2">
        <Choice label="Range" hideLabel value={range} choices={RANGE_CHOICES} onChange={setRange} className="text-sm" />
        <Button look="quiet" size="small" aria-pressed={isTable} onClick={() => setTable(!isTable)}>
          {isTable ? <ChartLine aria-hidden size={15} /> : <Table2 aria-hidden size={15} />}
          <span className="max-sm:sr-only">{isTable ? "View as chart" : "View as table"}</span>
        </Button>
      </div>
      <div className="min-h-64 px-1 md:min-h-[23.5rem]">
        <Answer query={bars} rows={8}>
          {({ items, reason }) =>
            items.length === 0 ? (
              <Empty sentence={reason ?? `${instrument.symbol} has no closed bar up to the tape's time.`} />
            ) : isTable ? (
              <BarTable bars={items} symbol={instrument.symbol} />
            ) : (
              <Suspense fallback={<Loading rows={8} />}>
                <PriceChart
                  bars={items}
                  marks={marks}
                  symbol={instrument.symbol}
                  view={`${instrument.symbol} ${range}`}
                />
              </Suspense>
            )
          }
        </Answer>
      </div>
      <TapeNotes tape={tape} />
    </section>
  );
}

interface PriceChartProps {
  bars: readonly Bar[];
  marks: readonly Mark[];
  symbol: string;
  view: string;
}

function pointsOf(bars: readonly Bar[]): Point[] {
  return bars.map((bar) => ({ ...bar, day: exchangeDay(bar.at) }));
}

function PriceChart({ bars, marks, symbol, view }: PriceChartProps) {
  const [hovered, setHovered] = useState<Point | null>(null);
  const points = useMemo(() => pointsOf(bars), [bars]);
  const shownMarks = useMemo(() => {
    const days = new Set(points.map((point) => point.day));
    return marks.filter((mark) => days.has(mark.day)).sort((left, right) => left.day.localeCompare(right.day));
  }, [marks, points]);
  const kind = points.some((point) => point.open !== null) ? "candles" : "line";
  const [first, last] = [bars[0], bars.at(-1)];
  const caption = `${symbol}, daily ${kind === "candles" ? "bars" : "closes"} from ${date(first?.at)} to ${date(last?.at)}; last close ${price(last?.close)}.`;
  return (
    <Chart {...{ kind, points, view, caption }} marks={shownMarks} className="h-64 md:h-[23.5rem]" onPoint={setHovered}>
      <Readout point={hovered ?? points.at(-1) ?? null} isHovered={hovered !== null} />
    </Chart>
  );
}

function Readout({ point, isHovered }: { point: Point | null; isHovered: boolean }) {
  if (!point) return null;
  const parts: [string, string | null][] =
    point.open === null
      ? [["Close", point.close]]
      : [
          ["O", point.open],
          ["H", point.high],
          ["L", point.low],
          ["C", point.close],
        ];
  return (
    <p
      aria-hidden
      className="figures pointer-events-none absolute top-1 left-3 z-10 flex flex-wrap gap-x-2.5 text-xs text-muted"
    >
      <span className={isHovered ? "text-text" : ""}>{date(`${point.day}T17:00:00Z`)}</span>
      {parts.map(([name, value]) => (
        <span key={name}>
          {name} <span className="text-text">{price(value, 2)}</span>
        </span>
      ))}
      {point.volume === null ? null : (
        <span>
          Vol <span className="text-text">{quantity(point.volume)}</span>
        </span>
      )}
    </p>
  );
}

const BAR_COLUMNS: readonly Column<Bar>[] = [
  { name: "Session", cell: (bar) => <span title={utc(bar.at)}>{date(bar.at)}</span> },
  { name: "Open", right: true, cell: (bar) => price(bar.open) },
  { name: "High", right: true, cell: (bar) => price(bar.high) },
  { name: "Low", right: true, cell: (bar) => price(bar.low) },
  { name: "Close", right: true, cell: (bar) => price(bar.close) },
  { name: "Volume", right: true, wideOnly: true, cell: (bar) => quantity(bar.volume) },
];

function BarTable({ bars, symbol }: { bars: readonly Bar[]; symbol: string }) {
  const newest = bars.slice(-TABLE_ROWS_MAX).reverse();
  return (
    <div className="quiet-scroll h-64 overflow-y-auto md:h-[23.5rem]">
      <Table caption={`Bars of ${symbol}, newest first`} columns={BAR_COLUMNS} rows={newest} rowKey={(bar) => bar.at} />
    </div>
  );
}
