import type { Instrument, Quote } from "../../api/types";
import { placesOfTick, price, quantity } from "../../lib/format";
import { shortDateTime, utc } from "../../lib/time";
import { Move } from "../../ui/Figures";

interface SymbolHeadingProps {
  instrument: Instrument;
  instruments: readonly Instrument[];
  quote: Quote | undefined;
  previous: string | null | undefined;
  onChoose: (symbol: string) => void;
}

const KINDS = {
  equity: "Equity",
  etf: "ETF",
  index: "Index",
  fund: "Fund",
  option: "Option",
  crypto: "Crypto",
  series: "Series",
  currency: "Currency",
  bond: "Bond",
} as const;

/** Symbol, name, last price and its move; on narrow screens the symbol is how another one is chosen. */
export function SymbolHeading({ instrument, instruments, quote, previous, onChoose }: SymbolHeadingProps) {
  const places = placesOfTick(instrument.tick);
  return (
    <div className="min-w-0 flex-1 basis-64">
      <div className="flex min-w-0 items-center gap-2">
        <h1 id="price-heading" className="text-xl font-semibold tracking-tight max-xl:sr-only">
          {instrument.symbol}
        </h1>
        <select
          aria-label="Instrument"
          className="control min-w-28 text-lg font-semibold xl:hidden"
          value={instrument.symbol}
          onChange={(event) => onChoose(event.target.value)}
        >
          {instruments.map(({ id, symbol }) => (
            <option key={id}>{symbol}</option>
          ))}
        </select>
        <span className="truncate text-muted">{instrument.name}</span>
        <span className="rounded-md border border-line px-1.5 text-xs leading-5 text-muted">
          {KINDS[instrument.kind]}
        </span>
      </div>
      <p className="mt-1 flex flex-wrap items-baseline gap-x-3">
        <span className="figures text-2xl leading-8 font-semibold tracking-tight" data-last={instrument.symbol}>
          {price(quote?.last, places)}
        </span>
        <Move from={previous} to={quote?.last} places={places} show="both" className="font-medium" />
        <span className="text-xs text-muted">{instrument.currency}</span>
      </p>
    </div>
  );
}

/** Bid and ask with where they come from, or why there are none. */
export function QuoteBox({ quote, places }: { quote: Quote | undefined; places: number }) {
  const origin = quote?.derived_from === "bar" ? "Derived from the bar, not a recorded quote" : "Recorded quote";
  return (
    <div className="min-w-60 flex-none max-sm:flex-1">
      <dl className="grid grid-cols-2 overflow-hidden rounded-lg border border-line">
        <QuoteSide name="Bid" value={price(quote?.bid, places)} size={quote?.bid_size} />
        <QuoteSide name="Ask" value={price(quote?.ask, places)} size={quote?.ask_size} isRight />
      </dl>
      <p className="mt-1 text-right text-xs text-muted max-sm:text-left" title={utc(quote?.at)}>
        {quote?.reason ?? (quote ? `${origin} · ${shortDateTime(quote.at)}` : "No quote yet")}
      </p>
    </div>
  );
}

interface QuoteSideProps {
  name: string;
  value: string;
  size: string | null | undefined;
  isRight?: boolean;
}

function QuoteSide({ name, value, size, isRight = false }: QuoteSideProps) {
  return (
    <div className={isRight ? "border-l border-line px-3 py-1.5" : "px-3 py-1.5"}>
      <dt className="text-xs text-muted">{name}</dt>
      <dd className="figures font-semibold">
        {value}
        {size ? <span className="ml-1.5 text-xs font-normal text-muted">× {quantity(size)}</span> : null}
      </dd>
    </div>
  );
}
