import { type FormEvent, type ReactNode, useState } from "react";
import type { Account, Instrument, Quote } from "../../api/types";
import { Button } from "../../ui/Button";
import { Panel } from "../../ui/Panel";
import { usePlaceOrder } from "./queries";
import { Accepted, Refusal } from "./TicketAnswer";
import { TicketFields } from "./TicketFields";
import { Estimate, Review } from "./TicketReview";
import { NEW_TICKET, newClientOrderId, orderOf, type Ticket, ticketErrors } from "./ticket";

interface OrderTicketProps {
  account: Account;
  instrument: Instrument;
  quote: Quote | undefined;
  nextOpenAt: string | null;
  /** Why nothing can be sent now, or null. */
  blockedBecause: string | null;
  /** What the ticket begins with. */
  start?: Ticket;
  /** What stands below the form of a ticket that is being written. */
  below?: (ticket: Ticket) => ReactNode;
}

/** Write, review, send. The answer appears where the order was written. */
export function OrderTicket(props: OrderTicketProps) {
  const { account, instrument, quote, nextOpenAt, blockedBecause, start = NEW_TICKET, below } = props;
  const [ticket, setTicket] = useState<Ticket>(start);
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
      {reviewId ? null : below?.(ticket)}
    </Panel>
  );
}
