import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useEffect, useState } from "react";
import type { Tape } from "../../api/types";
import { ChainPanel } from "../../features/marketdata/ChainPanel";
import { FactsPanel } from "../../features/marketdata/FactsPanel";
import { PricePanel } from "../../features/marketdata/PricePanel";
import { quotesQuery } from "../../features/marketdata/queries";
import { factsQuery } from "../../features/marketdata/research";
import { Button } from "../../ui/Button";
import { TextField } from "../../ui/Field";
import { Answer } from "../../ui/Panel";
import { DeskPage } from "../DeskPage";
import { useInstruments } from "../desk";

/** All that the tape tells of one symbol. */
export function Research() {
  return <DeskPage title="Research">{({ tape }) => <ResearchDesk key={tape.id} tape={tape} />}</DeskPage>;
}

function ResearchDesk({ tape }: { tape: Tape }) {
  const { list, wanted, chosen, choose } = useInstruments(tape);
  const symbol = wanted ?? chosen?.symbol ?? "";
  const quotes = useQuery(quotesQuery(tape.id, symbol ? [symbol] : []));
  const facts = useQuery(factsQuery(tape.id, symbol));
  return (
    <div className="flex min-w-0 flex-col gap-3">
      <SymbolForm key={symbol} symbol={symbol} onChoose={choose} />
      <Answer query={facts} rows={10}>
        {(known) => (
          <div className="grid items-start gap-3 xl:grid-cols-[minmax(0,1fr)_24rem]">
            <div className="flex min-w-0 flex-col gap-3">
              <PricePanel
                {...{ tape }}
                instruments={list}
                instrument={known.instrument}
                quote={quotes.data?.get(known.instrument.symbol)}
                marks={[]}
                onChoose={choose}
              />
              <ChainPanel key={known.instrument.symbol} tape={tape} symbol={known.instrument.symbol} />
            </div>
            <FactsPanel facts={known} />
          </div>
        )}
      </Answer>
    </div>
  );
}

function SymbolForm({ symbol, onChoose }: { symbol: string; onChoose: (symbol: string) => void }) {
  const [text, setText] = useState(symbol);
  useEffect(() => {
    document.title = symbol ? `${symbol} · Research` : "Research · Paperdesk";
  }, [symbol]);
  const look = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim()) onChoose(text.trim().toUpperCase());
  };
  return (
    <form onSubmit={look} className="flex max-w-md items-end gap-2">
      <TextField
        label="Symbol"
        className="flex-1"
        autoComplete="off"
        maxLength={40}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <Button type="submit">Look up</Button>
    </form>
  );
}
