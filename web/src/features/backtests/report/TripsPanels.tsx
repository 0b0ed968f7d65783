import { useQuery } from "@tanstack/react-query";
import clsx from "clsx";
import { useMemo, useState } from "react";
import type { Backtest, BacktestResults, RoundTrip } from "../../../api/types";
import { direction, percent, price, quantity, signedMoney } from "../../../lib/format";
import { date, dateTime } from "../../../lib/time";
import { Button } from "../../../ui/Button";
import { Empty } from "../../../ui/Empty";
import { Delta, toneOf } from "../../../ui/Figures";
import { Answer, Panel } from "../../../ui/Panel";
import { LinePlot, type PlotMark } from "../../../ui/plots/LinePlot";
import { PlotPanel } from "../../../ui/plots/PlotPanel";
import { type Dot, ScatterPlot } from "../../../ui/plots/ScatterPlot";
import { sorting } from "../../../ui/Sorting";
import { type Column, Table } from "../../../ui/Table";
import { wordOf } from "../ask";
import { intervalFor } from "../curves";
import { closesQuery, replayQuery, tripsQuery } from "../queries";

interface TripsProps {
  run: Backtest;
  results: BacktestResults;
  /** The number of the chosen round trip. */
  chosen: number | null;
  onChoose: (trip: number | null) => void;
}

const SHOWN = 50;
const MARKED_MAX = 400;

const sideWord = (trip: RoundTrip): string => (trip.side === "buy" ? "Long" : "Short");
const said = (trip: RoundTrip): string =>
  `${trip.number}: ${sideWord(trip)} ${quantity(trip.quantity)} ${trip.symbol}, ${date(trip.entered_at)}, ${trip.left_at ? signedMoney(trip.gain) : "still open"}`;

/** Prices with every fill on them; one round trip close up, bar by bar. */
export function PricePanel({ run, results, chosen, onChoose }: TripsProps) {
  const trips = useQuery(tripsQuery(run.id));
  const trip = trips.data?.find(({ number }) => number === chosen) ?? null;
  const [picked, setPicked] = useState<string | null>(null);
  const symbol = trip?.symbol ?? picked ?? results.by_symbol?.[0]?.symbol ?? run.symbols[0] ?? "";
  return (
    <PlotPanel
      title={trip ? `Round trip ${trip.number}` : `Prices of ${symbol}`}
      actions={
        trip ? (
          <Button size="small" onClick={() => onChoose(null)}>
            Whole run
          </Button>
        ) : run.symbols.length > 1 ? (
          <select
            aria-label="Symbol"
            className="control"
            value={symbol}
            onChange={(event) => setPicked(event.target.value)}
          >
            {run.symbols.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        ) : undefined
      }
      note={trip ? told(trip) : "Arrows stand where the run bought and sold. Choose a round trip to see it close up."}
    >
      {trip ? <CloseUp run={run} trip={trip} /> : <WholePrice {...{ run, results, symbol }} trips={trips.data ?? []} />}
    </PlotPanel>
  );
}

function told(trip: RoundTrip): string {
  const end = trip.left_at ? `left ${dateTime(trip.left_at)} at ${price(trip.exit_price)}` : "still open";
  return `${sideWord(trip)} ${quantity(trip.quantity)} ${trip.symbol}: decided ${dateTime(trip.decided_at)}, entered ${dateTime(trip.entered_at)} at ${price(trip.entry_price)}, ${end}${trip.exit_reason ? ` (${wordOf(trip.exit_reason).toLowerCase()})` : ""}.`;
}

function marksOf(trips: readonly RoundTrip[], chosen: number | null = null): PlotMark[] {
  return trips.slice(0, MARKED_MAX).flatMap((trip) => {
    const isChosen = trip.number === chosen;
    const [entry, exit] = trip.side === "buy" ? (["buy", "sell"] as const) : (["sell", "buy"] as const);
    const marks: PlotMark[] = [
      {
        id: `${trip.number} in`,
        at: Date.parse(trip.entered_at),
        value: Number(trip.entry_price),
        side: entry,
        isChosen,
      },
    ];
    if (trip.left_at && trip.exit_price)
      marks.push({
        id: `${trip.number} out`,
        at: Date.parse(trip.left_at),
        value: Number(trip.exit_price),
        side: exit,
        isChosen,
      });
    return marks;
  });
}

const day = (at: number): string => date(new Date(at).toISOString());
const instant = (at: number): string => dateTime(new Date(at).toISOString());

interface WholePriceProps extends Pick<TripsProps, "run" | "results"> {
  symbol: string;
  trips: readonly RoundTrip[];
}

function WholePrice({ run, results, symbol, trips }: WholePriceProps) {
  const interval = intervalFor(results.began_at, results.ended_at, results.frames);
  const bars = useQuery(closesQuery(run.tape_id, symbol, results.began_at, results.ended_at, interval));
  const mine = useMemo(() => trips.filter((trip) => trip.symbol === symbol), [trips, symbol]);
  const marks = useMemo(() => marksOf(mine), [mine]);
  return (
    <Answer query={bars} rows={8}>
      {({ items, reason }) =>
        items.length < 2 ? (
          <Empty sentence={reason ?? `There are no closes of ${symbol} over this run.`} />
        ) : (
          <LinePlot
            at={items.map(({ at }) => Date.parse(at))}
            panes={[
              {
                lines: [{ name: symbol, values: items.map(({ close }) => Number(close)), tone: "text" }],
                height: 230,
                format: (value) => price(value.toFixed(2), 2),
              },
            ]}
            marks={marks}
            caption={`Closes of ${symbol} with ${mine.length} round trips, which the table lists.`}
            when={interval === "1d" ? day : instant}
          />
        )
      }
    </Answer>
  );
}

/** The bars of one round trip, and what stood to be won or lost at each. */
function CloseUp({ run, trip }: { run: Backtest; trip: RoundTrip }) {
  const bars = useQuery(replayQuery(run.id, trip.number));
  return (
    <Answer query={bars} rows={8}>
      {(items) => (
        <LinePlot
          at={items.map(({ at }) => Date.parse(at))}
          panes={[
            {
              lines: [{ name: trip.symbol, values: items.map(({ close }) => Number(close)), tone: "text" }],
              height: 150,
              format: (value) => price(value.toFixed(2), 2),
            },
            {
              lines: [
                {
                  name: "Unrealised",
                  values: items.map(({ unrealised_pl: pl }) => (pl === null ? null : Number(pl))),
                  tone: "accent",
                  isFilled: true,
                },
              ],
              height: 66,
              format: (value) => signedMoney(value.toFixed(2)),
              hasZero: true,
            },
          ]}
          marks={marksOf([trip], trip.number)}
          caption={told(trip)}
          when={instant}
        />
      )}
    </Answer>
  );
}

function columnsFor(chosen: number | null, onChoose: (trip: number | null) => void): readonly Column<RoundTrip>[] {
  return [
    {
      name: "No.",
      sort: "number",
      cell: (trip) => (
        <button
          type="button"
          className="figures min-h-6 min-w-7 rounded px-1 text-left font-medium text-accent hover:underline"
          aria-pressed={trip.number === chosen}
          aria-label={`Show round trip ${trip.number} close up`}
          onClick={() => onChoose(trip.number === chosen ? null : trip.number)}
        >
          {trip.number}
        </button>
      ),
    },
    { name: "Symbol", sort: "symbol", cell: (trip) => <span className="font-medium">{trip.symbol}</span> },
    {
      name: "Side",
      wideOnly: true,
      cell: (trip) => <span className={toneOf(trip.side === "buy" ? 1 : -1)}>{sideWord(trip)}</span>,
    },
    { name: "Entered", sort: "entered_at", cell: (trip) => <Day at={trip.entered_at} /> },
    {
      name: "Left",
      sort: "left_at",
      wideOnly: true,
      cell: (trip) => (trip.left_at ? <Day at={trip.left_at} /> : <span className="text-muted">Open</span>),
    },
    { name: "Quantity", right: true, wideOnly: true, cell: (trip) => quantity(trip.quantity) },
    { name: "Entry", right: true, wideOnly: true, cell: (trip) => price(trip.entry_price) },
    { name: "Exit", right: true, wideOnly: true, cell: (trip) => price(trip.exit_price) },
    { name: "Gain", sort: "gain", right: true, cell: (trip) => <Delta value={trip.gain} /> },
    {
      name: "Rate",
      sort: "gain_rate",
      right: true,
      cell: (trip) => <span className={toneOf(direction(trip.gain))}>{percent(trip.gain_rate, 2, true)}</span>,
    },
    { name: "Bars", sort: "bars", right: true, wideOnly: true, cell: (trip) => trip.bars },
    {
      name: "Why left",
      wideOnly: true,
      cell: (trip) => (
        <span className="text-muted">
          {trip.exit_reason ? wordOf(trip.exit_reason) : "—"}
          {trip.is_ambiguous ? " · ambiguous bar" : ""}
        </span>
      ),
    },
  ];
}

function Day({ at }: { at: string }) {
  return (
    <span className="figures whitespace-nowrap" title={dateTime(at)}>
      {date(at)}
    </span>
  );
}

interface TripsTableProps extends TripsProps {
  sort: string;
  onSort: (sort: string) => void;
}

/** Every round trip, as sorted; choosing one shows it close up. */
export function TripsPanel({ run, sort, onSort, chosen, onChoose }: TripsTableProps) {
  const [shown, setShown] = useState(SHOWN);
  const trips = useQuery(tripsQuery(run.id, sort));
  return (
    <Panel title="Round trips" count={trips.data?.length}>
      <Answer query={trips} rows={6}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty sentence="The strategy never bought or sold." />
          ) : (
            <div className={clsx("quiet-scroll overflow-y-auto", rows.length > 14 && "max-h-[31rem]")}>
              <Table
                caption="Round trips"
                columns={sorting(columnsFor(chosen, onChoose), sort, onSort)}
                rows={rows.slice(0, shown)}
                rowKey={(trip) => `${trip.number}`}
                isChosen={(trip) => trip.number === chosen}
              />
              {rows.length > shown ? (
                <div className="border-t border-line p-2 text-center">
                  <Button size="small" onClick={() => setShown(shown + 200)}>
                    {`More of ${rows.length}`}
                  </Button>
                </div>
              ) : null}
            </div>
          )
        }
      </Answer>
    </Panel>
  );
}

const MOVE_COLUMNS: readonly Column<RoundTrip>[] = [
  { name: "No.", cell: (trip) => trip.number },
  { name: "Symbol", cell: (trip) => trip.symbol },
  { name: "Worst", right: true, cell: (trip) => percent(trip.adverse) },
  { name: "Best", right: true, cell: (trip) => percent(trip.favourable) },
  { name: "Came to", right: true, cell: (trip) => percent(trip.gain_rate, 2, true) },
];

/** How far each round trip went against and for its holder, beside what it came to. */
export function MovesPanel({ run, chosen, onChoose }: TripsProps) {
  const trips = useQuery(tripsQuery(run.id));
  const known = (trips.data ?? []).filter((trip) => trip.adverse !== null && trip.favourable !== null);
  const dots: Dot[] = known.map((trip) => ({
    id: `${trip.number}`,
    x: trip.adverse ?? 0,
    y: trip.favourable ?? 0,
    tone: direction(trip.gain) < 0 ? "down" : "up",
    said: said(trip),
  }));
  return (
    <PlotPanel
      title="Worst and best while held"
      note="Each point is a round trip: how far its bars went against it, and how far for it."
      table={
        known.length > 0 ? (
          <Table
            caption="Worst and best of each round trip"
            columns={MOVE_COLUMNS}
            rows={known}
            rowKey={(trip) => `${trip.number}`}
          />
        ) : undefined
      }
    >
      <Answer query={trips} rows={6}>
        {(rows) =>
          dots.length === 0 ? (
            <p className="px-4 py-6 text-sm text-muted">
              {rows.length === 0
                ? "There is no round trip."
                : "This tape has one price a bar, so how far a round trip went in between is not known."}
            </p>
          ) : (
            <ScatterPlot
              dots={dots}
              height={196}
              xName="Worst against it"
              yName="Best for it"
              format={(value) => percent(value, 0)}
              caption={`${dots.length} round trips by their worst and best price while held.`}
              chosen={chosen === null ? null : `${chosen}`}
              onChoose={(id) => onChoose(Number(id))}
            />
          )
        }
      </Answer>
    </PlotPanel>
  );
}
