import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { ChainLine, Tape } from "../../api/types";
import { divide, parseDecimal, toPlain } from "../../lib/decimal";
import { price, quantity } from "../../lib/format";
import { Empty } from "../../ui/Empty";
import { Choice, SelectField } from "../../ui/Field";
import { Answer, Panel } from "../../ui/Panel";
import { type Column, Table } from "../../ui/Table";
import { chainQuery, expirationsQuery, type Right } from "./research";

const RIGHTS = [
  { value: "call", label: "Calls" },
  { value: "put", label: "Puts" },
] as const satisfies readonly { value: Right; label: string }[];
const DAYS_A_YEAR = "365";
const POINTS = "100";

/** A number per so many, such as the decay of a year for one day. */
function part(text: string | null, of: string): string {
  const [value, whole] = [parseDecimal(text ?? ""), parseDecimal(of)];
  const quotient = value && whole ? divide(value, whole, 6) : null;
  return price(quotient && toPlain(quotient), 4);
}

function percent(rate: string | null): string {
  const value = part(rate, "0.01");
  return value.includes(".") ? `${value.slice(0, -2)} %` : value;
}

const COLUMNS: readonly Column<ChainLine>[] = [
  { name: "Strike", right: true, cell: (line) => <b title={line.symbol}>{price(line.strike)}</b> },
  { name: "Bid", right: true, cell: (line) => <span title={line.reason ?? undefined}>{price(line.bid)}</span> },
  { name: "Ask", right: true, cell: (line) => price(line.ask) },
  { name: "Volume", right: true, wideOnly: true, cell: (line) => quantity(line.volume) },
  { name: "IV", right: true, cell: (line) => percent(line.implied_vol) },
  { name: "Delta", right: true, cell: (line) => price(line.delta, 4) },
  { name: "Gamma", right: true, wideOnly: true, cell: (line) => price(line.gamma, 4) },
  { name: "Theta a day", right: true, wideOnly: true, cell: (line) => part(line.theta_per_year, DAYS_A_YEAR) },
  { name: "Vega a point", right: true, wideOnly: true, cell: (line) => part(line.vega_per_vol, POINTS) },
  { name: "Rho a point", right: true, wideOnly: true, cell: (line) => part(line.rho_per_rate, POINTS) },
];

/** The options on a symbol: an expiry at a time, with quotes, implied volatility and Greeks. */
export function ChainPanel({ tape, symbol }: { tape: Tape; symbol: string }) {
  const [wanted, setWanted] = useState<string | null>(null);
  const [right, setRight] = useState<Right>("call");
  const expirations = useQuery(expirationsQuery(tape.id, symbol));
  const days = expirations.data ?? [];
  const day = days.find((each) => each === wanted) ?? days[0];
  return (
    <Panel title="Options">
      <Answer query={expirations}>
        {() =>
          day === undefined ? (
            <Empty sentence={`This tape has no options on ${symbol}.`} command={`paperdesk market chain ${symbol}`} />
          ) : (
            <>
              <div className="flex flex-wrap items-end gap-3 px-4 pt-3 pb-2">
                <SelectField label="Expiry" value={day} onChange={(event) => setWanted(event.target.value)}>
                  {days.map((each) => (
                    <option key={each}>{each}</option>
                  ))}
                </SelectField>
                <Choice label="Calls or puts" hideLabel value={right} choices={RIGHTS} onChange={setRight} />
              </div>
              <Lines {...{ tape, symbol, day, right }} />
            </>
          )
        }
      </Answer>
    </Panel>
  );
}

interface LinesProps {
  tape: Tape;
  symbol: string;
  day: string;
  right: Right;
}

function Lines({ tape, symbol, day, right }: LinesProps) {
  const chain = useQuery(chainQuery(tape.id, symbol, day, right));
  return (
    <Answer query={chain} rows={8}>
      {(lines) =>
        lines.length === 0 ? (
          <Empty sentence="Nothing is listed for this day." />
        ) : (
          <Table caption={`Chain of ${symbol}`} columns={COLUMNS} rows={lines} rowKey={(line) => line.id} />
        )
      }
    </Answer>
  );
}
