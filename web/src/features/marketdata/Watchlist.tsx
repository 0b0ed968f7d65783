import clsx from "clsx";
import type { Instrument, Quote } from "../../api/types";
import { placesOfTick, price } from "../../lib/format";
import { Empty } from "../../ui/Empty";
import { Move } from "../../ui/Figures";
import { Panel } from "../../ui/Panel";

interface WatchlistProps {
  instruments: readonly Instrument[];
  quotes: ReadonlyMap<string, Quote>;
  chosen: string | null;
  onChoose: (symbol: string) => void;
  className?: string;
}

/** The tape's instruments with last price and change from the previous close. */
export function Watchlist({ instruments, quotes, chosen, onChoose, className }: WatchlistProps) {
  return (
    <Panel
      title="Watchlist"
      count={instruments.length}
      className={clsx("min-h-0", className)}
      bodyClassName="quiet-scroll min-h-0 overflow-y-auto"
    >
      {instruments.length === 0 ? (
        <Empty sentence="No instrument is listed on this tape yet." command="paperdesk tapes" />
      ) : (
        <ul className="p-1.5">
          {instruments.map((instrument) => (
            <WatchRow
              key={instrument.id}
              instrument={instrument}
              quote={quotes.get(instrument.symbol)}
              isChosen={instrument.symbol === chosen}
              onChoose={onChoose}
            />
          ))}
        </ul>
      )}
    </Panel>
  );
}

interface WatchRowProps {
  instrument: Instrument;
  quote: Quote | undefined;
  isChosen: boolean;
  onChoose: (symbol: string) => void;
}

function WatchRow({ instrument, quote, isChosen, onChoose }: WatchRowProps) {
  const places = placesOfTick(instrument.tick);
  return (
    <li>
      <button
        type="button"
        aria-pressed={isChosen}
        onClick={() => onChoose(instrument.symbol)}
        className={clsx(
          "grid w-full grid-cols-[minmax(0,1fr)_auto] gap-x-2 rounded-lg px-2.5 py-1.5 text-left",
          isChosen ? "bg-accent-soft" : "hover:bg-hover",
        )}
      >
        <span className={clsx("font-semibold", isChosen && "text-accent")}>{instrument.symbol}</span>
        <span className="figures text-right">{price(quote?.last, places)}</span>
        <span className="truncate text-xs text-muted">{instrument.name}</span>
        <Move from={quote?.previous_close} to={quote?.last} className="text-right text-xs" />
      </button>
    </li>
  );
}
