import { CircleCheck, Clock3, TriangleAlert } from "lucide-react";
import { type FormEvent, useState } from "react";
import { ApiProblem } from "../../api/problems";
import type { Account, Instrument, Order, OrderType, Quote, Side, TimeInForce } from "../../api/types";
import { money, placesOfTick, price, quantity } from "../../lib/format";
import { shortDateTime } from "../../lib/time";
import { Button } from "../../ui/Button";
import { Choice, SelectField, TextField } from "../../ui/Field";
import { Panel } from "../../ui/Panel";
import { usePlaceOrder } from "./queries";
import {
  estimatedValue,
  exceedsBuyingPower,
  NEW_TICKET,
  newClientOrderId,
  orderOf,
  referencePrice,
  type Ticket,
  ticketErrors,
} from "./ticket";

interface OrderTicketProps {
  account: Account;
  instrument: Instrument;
  quote: Quote | undefined;
  nextOpenAt: string | null;
  /** Why nothing can be sent now, or null. */
  blockedBecause: string | null;
}

const SIDES = [
  { value: "buy", label: "Buy", tone: "up" },
  { value: "sell", label: "Sell", tone: "down" },
] as const satisfies readonly { value: Side; label: string; tone: "up" | "down" }[];
const TYPES = [
  { value: "market", label: "Market" },
  { value: "limit", label: "Limit" },
] as const satisfies readonly { value: OrderType; label: string }[];
const TERMS: readonly [TimeInForce, string][] = [
  ["day", "Day"],
  ["gtc", "Good till cancelled"],
  ["ioc", "Immediate or cancel"],
  ["fok", "Fill or kill"],
];
const SIDE_WORDS = { buy: "Buy", sell: "Sell" } as const;

/** Write, review, send. The answer appears where the order was written. */
export function OrderTicket(props: OrderTicketProps) {
  const { account, instrument, quote, nextOpenAt, blockedBecause } = props;
  const [ticket, setTicket] = useState<Ticket>(NEW_TICKET);
  const [isChecked, setChecked] = useState(false);
  const [reviewId, setReviewId] = useState<string | null>(null);
  const place = usePlaceOrder();
  const errors = ticketErrors(ticket, instrument);
  const change = (part: Partial<Ticket>) => {
    setTicket({ ...ticket, ...part });
    setReviewId(null);
    place.reset();
  };
  const review = (event: FormEvent) => {
    event.preventDefault();
    setChecked(true);
    if (Object.keys(errors).length > 0) return;
    place.reset();
    setReviewId(newClientOrderId());
  };
  const send = (clientOrderId: string) => {
    const order = orderOf(ticket, { accountId: account.id, symbol: instrument.symbol, clientOrderId });
    place.mutate(order, {
      onSuccess: () => {
        setReviewId(null);
        setChecked(false);
      },
    });
  };
  return (
    <Panel title="Order ticket" bodyClassName="p-4">
      {reviewId ? (
        <Review
          {...{ ticket, instrument, account, blockedBecause }}
          quote={quote ?? null}
          isSending={place.isPending}
          onBack={() => change({})}
          onSend={() => send(reviewId)}
        />
      ) : (
        <form onSubmit={review} noValidate className="flex flex-col gap-3.5">
          <TicketFields ticket={ticket} instrument={instrument} errors={isChecked ? errors : {}} onChange={change} />
          <Estimate ticket={ticket} quote={quote ?? null} account={account} />
          <Button type="submit" look="primary" size="large" disabled={!instrument.tradable}>
            Review order
          </Button>
          {instrument.tradable ? null : (
            <p className="text-sm text-muted">{instrument.symbol} is shown for reference and cannot be ordered.</p>
          )}
        </form>
      )}
      <div aria-live="polite" data-ticket-answer>
        {place.error ? <Refusal problem={place.error} /> : null}
        {place.data ? <Accepted order={place.data} nextOpenAt={nextOpenAt} /> : null}
      </div>
    </Panel>
  );
}

interface TicketFieldsProps {
  ticket: Ticket;
  instrument: Instrument;
  errors: ReturnType<typeof ticketErrors>;
  onChange: (part: Partial<Ticket>) => void;
}

function TicketFields({ ticket, instrument, errors, onChange }: TicketFieldsProps) {
  return (
    <>
      <Choice label="Side" hideLabel value={ticket.side} choices={SIDES} onChange={(side) => onChange({ side })} />
      <Choice label="Order type" value={ticket.type} choices={TYPES} onChange={(type) => onChange({ type })} />
      <div className="grid grid-cols-2 gap-3">
        <TextField
          label={`Quantity of ${instrument.symbol}`}
          inputMode="decimal"
          autoComplete="off"
          className={ticket.type === "market" ? "col-span-2" : ""}
          value={ticket.quantity}
          error={errors.quantity ?? null}
          onChange={(event) => onChange({ quantity: event.target.value })}
        />
        {ticket.type === "limit" ? (
          <TextField
            label={`Limit price, ${instrument.currency}`}
            inputMode="decimal"
            autoComplete="off"
            value={ticket.limitPrice}
            error={errors.limitPrice ?? null}
            onChange={(event) => onChange({ limitPrice: event.target.value })}
          />
        ) : null}
      </div>
      <SelectField
        label="Time in force"
        value={ticket.timeInForce}
        onChange={(event) => onChange({ timeInForce: event.target.value as TimeInForce })}
      >
        {TERMS.map(([value, name]) => (
          <option key={value} value={value}>
            {name}
          </option>
        ))}
      </SelectField>
    </>
  );
}

interface EstimateProps {
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

function Estimate({ ticket, quote, account }: EstimateProps) {
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

interface ReviewProps extends EstimateProps {
  instrument: Instrument;
  blockedBecause: string | null;
  isSending: boolean;
  onBack: () => void;
  onSend: () => void;
}

function Review({ ticket, quote, account, instrument, blockedBecause, isSending, onBack, onSend }: ReviewProps) {
  const places = placesOfTick(instrument.tick);
  const terms = TERMS.find(([value]) => value === ticket.timeInForce)?.[1];
  const reference = price(referencePrice(ticket, quote), places);
  return (
    <div className="flex flex-col gap-3.5">
      <p className="text-lg font-semibold">
        {SIDE_WORDS[ticket.side]} {quantity(ticket.quantity)} {instrument.symbol}{" "}
        {ticket.type === "limit" ? `at ${price(ticket.limitPrice, places)} or better` : "at market"}
      </p>
      <dl className="flex flex-col gap-1 text-sm">
        <Line name="Account">{account.name}</Line>
        <Line name="Time in force">{terms}</Line>
        <Line name={ticket.type === "limit" ? "Limit price" : "Valued at"}>{reference}</Line>
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

function Refusal({ problem }: { problem: Error }) {
  const known = problem instanceof ApiProblem ? problem : null;
  return (
    <div className="mt-3.5 flex gap-2.5 rounded-lg bg-down-soft px-3 py-2.5 text-sm" data-refusal={known?.code}>
      <TriangleAlert aria-hidden size={16} className="mt-0.5 shrink-0 text-down" />
      <div className="min-w-0">
        <p className="font-medium">{known?.status ? "Order refused" : "Order not sent"}</p>
        <p>{problem.message}</p>
        <p className="mt-1 text-xs wrap-anywhere text-muted">
          <code>{known?.code}</code>
          {known?.requestId ? ` · request ${known.requestId}` : ""}
        </p>
      </div>
    </div>
  );
}

function outcomeOf(order: Order, nextOpenAt: string | null): string {
  if (order.status === "filled") return `Filled at ${price(order.average_fill_price)}.`;
  if (order.waits_for === "next_open") {
    return `It waits for the next open${nextOpenAt ? `, ${shortDateTime(nextOpenAt)}` : ""}.`;
  }
  if (order.status === "accepted") return "It is working.";
  return order.closed_reason ?? `It is ${order.status.replace("_", " ")}.`;
}

function Accepted({ order, nextOpenAt }: { order: Order; nextOpenAt: string | null }) {
  const Icon = order.waits_for ? Clock3 : CircleCheck;
  return (
    <div className="mt-3.5 flex gap-2.5 rounded-lg bg-up-soft px-3 py-2.5 text-sm" data-order-status={order.status}>
      <Icon aria-hidden size={16} className="mt-0.5 shrink-0 text-up" />
      <div className="min-w-0">
        <p className="font-medium">
          Order accepted: {order.side} {quantity(order.quantity)} {order.symbol}
        </p>
        <p>{outcomeOf(order, nextOpenAt)}</p>
        {order.warnings.map((warning) => (
          <p key={warning} className="text-warn">
            {warning}
          </p>
        ))}
      </div>
    </div>
  );
}
