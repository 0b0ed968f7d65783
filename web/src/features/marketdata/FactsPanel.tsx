import type { Facts } from "../../api/types";
import { price } from "../../lib/format";
import { dateTime } from "../../lib/time";
import { Empty } from "../../ui/Empty";
import { Panel } from "../../ui/Panel";
import { type Column, Table } from "../../ui/Table";

const PRICE_UNITS = {
  money: "Money",
  percent_of_face: "Percent of face",
  points: "Points",
  percent: "Percent a year",
} as const;

const word = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1).replaceAll("_", " ");

type Action = Facts["events"][number];

/** What an action brings: money or units for each unit, as it was announced. */
function termsOf(action: Action): string {
  if (action.amount) return price(action.amount);
  if (action.new_units) return `${action.new_units} for ${action.old_units}`;
  return [action.rate, action.into].filter(Boolean).join(" ");
}

const ACTIONS: readonly Column<Action>[] = [
  { name: "Ex", cell: (action) => <span className="figures whitespace-nowrap">{action.ex_on}</span> },
  { name: "What", cell: (action) => word(action.kind) },
  { name: "Terms", right: true, cell: termsOf },
  { name: "Paid", right: true, wideOnly: true, cell: (action) => action.pay_on },
];

/** What a symbol is, when it trades, and what its company has announced; what nobody tells says so. */
export function FactsPanel({ facts }: { facts: Facts }) {
  const { instrument, hours } = facts;
  return (
    <Panel title="Facts">
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 px-4 py-3 text-sm" data-facts={instrument.symbol}>
        <Fact name="Name" value={instrument.name} />
        <Fact name="Kind" value={word(instrument.kind)} />
        <Fact name="Currency" value={instrument.currency} />
        <Fact name="Price counts" value={PRICE_UNITS[instrument.price_unit]} />
        <Fact name="Tick, lot" value={`${instrument.tick}, ${instrument.lot_step}`} />
        <Fact name="Orders" value={instrument.tradable ? "Can be ordered" : "For reference alone"} />
        <Fact name="On the tape since" value={instrument.first_on} />
        <Fact name="Session" value={`${hours.session_on}, ${hours.is_open ? "open" : "closed"}`} />
        <Fact name="Opens, closes" value={`${dateTime(hours.opens_at)}, ${dateTime(hours.closes_at)}`} />
        <Fact name="Key figures" value={facts.figures_reason} />
        <Fact name="Ratings" value={facts.ratings_reason} />
      </dl>
      <h3 className="border-t border-line px-4 pt-3 pb-1 text-sm font-semibold">Corporate actions</h3>
      {facts.events.length === 0 ? (
        <Empty sentence="None has been announced by the tape's time." />
      ) : (
        <Table caption="Corporate actions" columns={ACTIONS} rows={facts.events} rowKey={(action) => action.id} />
      )}
    </Panel>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <>
      <dt className="text-muted">{name}</dt>
      <dd className="min-w-0 wrap-anywhere">{value}</dd>
    </>
  );
}
