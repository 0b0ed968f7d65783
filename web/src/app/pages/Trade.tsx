import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useMemo } from "react";
import type { Account, Fill, Tape } from "../../api/types";
import { fillsQuery } from "../../features/broker/queries";
import { PricePanel } from "../../features/marketdata/PricePanel";
import { quotesQuery, watchedSymbols } from "../../features/marketdata/queries";
import { Watchlist } from "../../features/marketdata/Watchlist";
import { exchangeDay } from "../../lib/time";
import type { Mark } from "../../ui/Chart";
import { Empty } from "../../ui/Empty";
import { Answer, Loading, Panel } from "../../ui/Panel";
import { DeskPage } from "../DeskPage";
import { useInstruments, useLink } from "../desk";

// Written after the prices are shown: the page reads without them.
const OrderTicket = lazy(async () => ({ default: (await import("../../features/broker/OrderTicket")).OrderTicket }));
const EquityPanel = lazy(async () => ({ default: (await import("../../features/broker/EquityPanel")).EquityPanel }));
const Holdings = lazy(async () => ({ default: (await import("../../features/broker/Holdings")).Holdings }));

/** Prices, ticket and account on one page. */
export function Trade() {
  return <DeskPage title="">{(desk) => <TradeDesk key={desk.account.id} {...desk} />}</DeskPage>;
}

/** One mark for each day and side on which the symbol was filled. */
function marksOf(fills: readonly Fill[], symbol: string | undefined): Mark[] {
  const marks = new Map<string, Mark>();
  for (const fill of fills) {
    const day = exchangeDay(fill.at);
    if (fill.symbol === symbol) marks.set(`${day} ${fill.side}`, { day, side: fill.side });
  }
  return [...marks.values()];
}

function TradeDesk({ account, tape }: { account: Account; tape: Tape }) {
  const { instruments, list, chosen, choose } = useInstruments(tape);
  const { data: quotes = new Map() } = useQuery(quotesQuery(tape.id, watchedSymbols(list, chosen?.symbol ?? null)));
  const fills = useQuery(fillsQuery(account.id));
  const link = useLink();
  const marks = useMemo(() => marksOf(fills.data ?? [], chosen?.symbol), [fills.data, chosen?.symbol]);
  useEffect(() => {
    document.title = chosen ? `${chosen.symbol} · Paperdesk` : "Paperdesk";
  }, [chosen]);
  const quote = chosen ? quotes.get(chosen.symbol) : undefined;
  const blockedBecause = link.state === "lost" ? "The live connection is lost. Sending is off until it is back." : null;
  return (
    <div className="grid items-start gap-3 md:grid-cols-[minmax(0,1fr)_20rem] xl:grid-cols-[15rem_minmax(0,1fr)_21rem]">
      <Watchlist
        instruments={list}
        quotes={quotes}
        chosen={chosen?.symbol ?? null}
        onChoose={choose}
        className="max-h-96 max-md:order-3 md:order-3 md:col-span-2 xl:sticky xl:top-19 xl:order-none xl:col-span-1 xl:max-h-[calc(100dvh-5.5rem)]"
      />
      <div className="flex min-w-0 flex-col gap-3 max-md:contents">
        <Answer query={instruments} rows={10}>
          {() =>
            chosen ? (
              <PricePanel {...{ tape, quote, marks }} instruments={list} instrument={chosen} onChoose={choose} />
            ) : (
              <Empty sentence="This tape has no instruments yet." command="paperdesk tapes" />
            )
          }
        </Answer>
        <Suspense fallback={<Loading rows={8} />}>
          <Holdings account={account} onChoose={choose} />
        </Suspense>
      </div>
      <div className="flex min-w-0 flex-col gap-3 max-md:order-1">
        {chosen ? (
          <Suspense
            fallback={
              <Panel title="Order ticket">
                <Loading rows={8} />
              </Panel>
            }
          >
            <OrderTicket
              key={chosen.id}
              {...{ account, quote, blockedBecause }}
              instrument={chosen}
              nextOpenAt={tape.next_open_at}
            />
          </Suspense>
        ) : null}
        <Suspense
          fallback={
            <Panel title="Equity">
              <Loading rows={8} />
            </Panel>
          }
        >
          <EquityPanel account={account} />
        </Suspense>
      </div>
    </div>
  );
}
