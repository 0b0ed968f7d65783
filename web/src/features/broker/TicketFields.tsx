import type { Instrument, OrderType, Side, TimeInForce } from "../../api/types";
import { Choice, SelectField, TextField } from "../../ui/Field";
import { TERM_NAMES, TYPE_NAMES } from "./orderWords";
import { canHaveExits, isLimited, isStopped, isTrailing, type Ticket, type TicketErrors } from "./ticket";

const SIDES = [
  { value: "buy", label: "Buy", tone: "up" },
  { value: "sell", label: "Sell", tone: "down" },
] as const satisfies readonly { value: Side; label: string; tone: "up" | "down" }[];
const TRAIL_UNITS = [
  { value: "percent", label: "Percent" },
  { value: "amount", label: "Amount" },
] as const;

export interface TicketFieldsProps {
  ticket: Ticket;
  instrument: Instrument;
  errors: TicketErrors;
  onChange: (part: Partial<Ticket>) => void;
}

/** Everything an order can be asked for; what its kind does not take is not shown. */
export function TicketFields(props: TicketFieldsProps) {
  const { ticket, instrument, errors, onChange } = props;
  return (
    <>
      <Choice label="Side" hideLabel value={ticket.side} choices={SIDES} onChange={(side) => onChange({ side })} />
      <SelectField
        label="Order type"
        value={ticket.type}
        onChange={(event) => onChange({ type: event.target.value as OrderType })}
      >
        <Options names={TYPE_NAMES} />
      </SelectField>
      <div className="grid grid-cols-2 gap-3">
        <NumberField
          label={`Quantity of ${instrument.symbol}`}
          className={ticket.type === "market" ? "col-span-2" : ""}
          {...{ errors, ticket, onChange }}
          field="quantity"
        />
        <Prices {...props} />
      </div>
      <Term {...props} />
      {canHaveExits(ticket) ? <Exits {...props} /> : null}
    </>
  );
}

function Options<Value extends string>({ names }: { names: Record<Value, string> }) {
  return Object.entries<string>(names).map(([value, name]) => (
    <option key={value} value={value}>
      {name}
    </option>
  ));
}

interface NumberFieldProps extends Omit<TicketFieldsProps, "instrument"> {
  label: string;
  field: "quantity" | "limitPrice" | "stopPrice" | "trail" | "takeProfit" | "stopLoss";
  className?: string;
}

function NumberField({ label, field, className = "", ticket, errors, onChange }: NumberFieldProps) {
  return (
    <TextField
      label={label}
      inputMode="decimal"
      autoComplete="off"
      className={className}
      value={ticket[field]}
      error={errors[field] ?? null}
      onChange={(event) => onChange({ [field]: event.target.value })}
    />
  );
}

function Prices(props: TicketFieldsProps) {
  const { ticket, instrument, onChange } = props;
  const stopName = ticket.type === "market_if_touched" ? "Touch price" : "Stop price";
  return (
    <>
      {isStopped(ticket) ? (
        <NumberField {...props} field="stopPrice" label={`${stopName}, ${instrument.currency}`} />
      ) : null}
      {isLimited(ticket) ? (
        <NumberField {...props} field="limitPrice" label={`Limit price, ${instrument.currency}`} />
      ) : null}
      {isTrailing(ticket) ? (
        <>
          <NumberField {...props} field="trail" label={ticket.trailUnit === "percent" ? "Trail, percent" : "Trail"} />
          <Choice
            label="Trail by"
            className="col-span-2"
            value={ticket.trailUnit}
            choices={TRAIL_UNITS}
            onChange={(trailUnit) => onChange({ trailUnit })}
          />
        </>
      ) : null}
    </>
  );
}

function Term({ ticket, errors, onChange }: TicketFieldsProps) {
  const isDated = ticket.timeInForce === "gtd";
  return (
    <div className="grid grid-cols-2 gap-3">
      <SelectField
        label="Time in force"
        className={isDated ? "" : "col-span-2"}
        value={ticket.timeInForce}
        onChange={(event) => onChange({ timeInForce: event.target.value as TimeInForce })}
      >
        <Options names={TERM_NAMES} />
      </SelectField>
      {isDated ? (
        <TextField
          label="Last day"
          type="date"
          value={ticket.expiresOn}
          error={errors.expiresOn ?? null}
          onChange={(event) => onChange({ expiresOn: event.target.value })}
        />
      ) : null}
    </div>
  );
}

function Exits(props: TicketFieldsProps) {
  const { ticket } = props;
  return (
    <details open={ticket.takeProfit !== "" || ticket.stopLoss !== ""}>
      <summary className="cursor-pointer text-sm font-medium text-muted">Exits: take profit, stop loss</summary>
      <div className="mt-2 grid grid-cols-2 gap-3">
        <NumberField {...props} field="takeProfit" label="Take profit at" />
        <NumberField {...props} field="stopLoss" label="Stop loss at" />
      </div>
    </details>
  );
}
