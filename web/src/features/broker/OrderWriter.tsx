import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import type { Account, Tape } from "../../api/types";
import { Button } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { SelectField, TextField } from "../../ui/Field";
import { Answer, Loading, Panel } from "../../ui/Panel";
import { instrumentsQuery, quotesQuery } from "../marketdata/queries";
import { type Template, useTemplates, withTemplate } from "./templates";
import { NEW_TICKET, type Ticket } from "./ticket";

const OrderTicket = lazy(async () => ({ default: (await import("./OrderTicket")).OrderTicket }));

interface OrderWriterProps {
  account: Account;
  tape: Tape;
  blockedBecause: string | null;
}

interface Begun {
  symbol: string | null;
  ticket: Ticket;
  /** Counts what was begun, so that the same template can be taken again. */
  number: number;
}

/** A ticket for any instrument of the tape, begun empty or from a template. */
export function OrderWriter({ account, tape, blockedBecause }: OrderWriterProps) {
  const [begun, setBegun] = useState<Begun>({ symbol: null, ticket: NEW_TICKET, number: 0 });
  const { templates, change } = useTemplates(account.id);
  const instruments = useQuery(instrumentsQuery(tape.id));
  const tradable = instruments.data?.filter((each) => each.tradable) ?? [];
  const chosen = tradable.find((each) => each.symbol === begun.symbol) ?? tradable[0];
  const quotes = useQuery(quotesQuery(tape.id, chosen ? [chosen.symbol] : []));
  const begin = (symbol: string, ticket: Ticket) => setBegun({ symbol, ticket, number: begun.number + 1 });
  return (
    <div className="flex min-w-0 flex-col gap-3">
      <Panel title="New order" bodyClassName="p-4">
        <Answer query={instruments} rows={1}>
          {() =>
            chosen ? (
              <SelectField
                label="Instrument"
                value={chosen.symbol}
                onChange={(event) => begin(event.target.value, NEW_TICKET)}
              >
                {tradable.map((each) => (
                  <option key={each.id}>{each.symbol}</option>
                ))}
              </SelectField>
            ) : (
              <Empty sentence="This tape has nothing that can be ordered yet." command="paperdesk tapes" />
            )
          }
        </Answer>
      </Panel>
      {chosen ? (
        <Suspense fallback={<Loading rows={8} />}>
          <OrderTicket
            key={`${chosen.id} ${begun.number}`}
            {...{ account, blockedBecause }}
            instrument={chosen}
            quote={quotes.data?.get(chosen.symbol)}
            nextOpenAt={tape.next_open_at}
            start={begun.ticket}
            below={(ticket) => (
              <SaveTemplate
                onSave={(name) => change(withTemplate(templates, { name, symbol: chosen.symbol, ticket }))}
              />
            )}
          />
        </Suspense>
      ) : null}
      <Templates
        templates={templates}
        onUse={({ symbol, ticket }) => begin(symbol, ticket)}
        onForget={(gone) => change(templates.filter(({ name }) => name !== gone.name))}
      />
    </div>
  );
}

function SaveTemplate({ onSave }: { onSave: (name: string) => void }) {
  const [name, setName] = useState("");
  return (
    <form
      className="mt-4 flex items-end gap-2 border-t border-line pt-3"
      onSubmit={(event) => {
        event.preventDefault();
        onSave(name.trim());
        setName("");
      }}
    >
      <TextField
        label="Keep as a template"
        maxLength={40}
        className="flex-1"
        autoComplete="off"
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <Button type="submit" disabled={name.trim() === ""}>
        Keep
      </Button>
    </form>
  );
}

interface TemplatesProps {
  templates: readonly Template[];
  onUse: (template: Template) => void;
  onForget: (template: Template) => void;
}

function Templates({ templates, onUse, onForget }: TemplatesProps) {
  return (
    <Panel title="Templates" count={templates.length}>
      {templates.length === 0 ? (
        <Empty sentence="No templates yet. Keep a ticket under a name to write it again; this browser remembers it." />
      ) : (
        <ul className="divide-y divide-line" aria-label="Templates">
          {templates.map((template) => (
            <li key={template.name} className="flex min-w-0 items-center gap-2 px-4 py-2">
              <span className="min-w-0 flex-1">
                <span className="block truncate font-medium">{template.name}</span>
                <span className="figures block truncate text-xs text-muted">
                  {template.ticket.side} {template.ticket.quantity} {template.symbol}
                </span>
              </span>
              <Button size="small" aria-label={`Use ${template.name}`} onClick={() => onUse(template)}>
                Use
              </Button>
              <Button
                size="small"
                look="quiet"
                aria-label={`Forget ${template.name}`}
                onClick={() => onForget(template)}
              >
                Forget
              </Button>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
