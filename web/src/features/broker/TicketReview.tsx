import { TriangleAlert } from "lucide-react";
import type { Account, Instrument, Quote } from "../../api/types";
import { money, placesOfTick, price, quantity } from "../../lib/format";
import { Button } from "../../ui/Button";
import { TERM_NAMES, termsSentence } from "./orderWords";
import {
  canHaveExits,
  estimatedValue,
  exceedsBuyingPower,
  isLimited,
  isStopped,
  referencePrice,
  type Ticket,
} from "./ticket";

export interface EstimateProps {
  ticket: Ticket;
  quote: Quote | null;
  account: Account;
}

function Line({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div className="flex items-baseline justify-between gap-3">
      <dt className="text-muted">{name}</dt>
      <dd className="figures text-right font-medium">{children}</dd>
    </div>
  );
}

/** What the ticket would cost or bring, beside what there is. */
export function Estimate({ ticket, quote, account }: EstimateProps) {
  const isShort = exceedsBuyingPower(ticket, quote, account.buying_power);
  return (
    <>
      <dl className="flex flex-col gap-1 rounded-lg bg-raised px-3 py-2.5 text-sm">
        <Line name={ticket.side === "buy" ? "Estimated cost" : "Estimated proceeds"}>
          {money(estimatedValue(ticket, quote))} {account.currency}
        </Line>
        <Line name="Buying power">
          {money(account.buying_power)} {account.currency}
        </Line>
      </dl>
      {isShort ? (
        <p className="flex gap-2 text-sm text-warn">
          <TriangleAlert aria-hidden size={16} className="mt-0.5 shrink-0" />
          This is more than the buying power; the desk will most likely refuse it.
        </p>
      ) : null}
    </>
  );
}

const SIDE_WORDS = { buy: "Buy", sell: "Sell" } as const;

interface ReviewProps extends EstimateProps {
  instrument: Instrument;
  blockedBecause: string | null;
  isSending: boolean;
  onBack: () => void;
  onSend: () => void;
}

/** The order in words, to be read once more before it is sent. */
export function Review({ ticket, quote, account, instrument, blockedBecause, isSending, onBack, onSend }: ReviewProps) {
  const places = placesOfTick(instrument.tick);
  const isPriced = isLimited(ticket) || isStopped(ticket);
  const reference = price(referencePrice(ticket, quote), places);
  return (
    <div className="flex flex-col gap-3.5">
      <p className="text-lg font-semibold">
        {SIDE_WORDS[ticket.side]} {quantity(ticket.quantity)} {instrument.symbol} {termsSentence(ticket, places)}
      </p>
      <dl className="flex flex-col gap-1 text-sm">
        <Line name="Account">{account.name}</Line>
        <Line name="Time in force">
          {TERM_NAMES[ticket.timeInForce]} {ticket.timeInForce === "gtd" ? ticket.expiresOn : ""}
        </Line>
        <Line name={isPriced ? "Order price" : "Valued at"}>{reference}</Line>
        {canHaveExits(ticket) && ticket.takeProfit ? <Line name="Take profit at">{ticket.takeProfit}</Line> : null}
        {canHaveExits(ticket) && ticket.stopLoss ? <Line name="Stop loss at">{ticket.stopLoss}</Line> : null}
      </dl>
      <Estimate ticket={ticket} quote={quote} account={account} />
      {blockedBecause ? <p className="text-sm text-warn">{blockedBecause}</p> : null}
      <div className="grid grid-cols-[auto_1fr] gap-2">
        <Button size="large" onClick={onBack} disabled={isSending}>
          Back
        </Button>
        <Button look={ticket.side} size="large" onClick={onSend} disabled={isSending || blockedBecause !== null}>
          {isSending ? "Sending…" : `Send ${ticket.side} order`}
        </Button>
      </div>
    </div>
  );
}
