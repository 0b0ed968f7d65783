import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import type { Account } from "../../api/types";
import { money } from "../../lib/format";
import { date } from "../../lib/time";
import { Button } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { Delta } from "../../ui/Figures";
import { Answer, Panel } from "../../ui/Panel";
import { type Column, Table } from "../../ui/Table";
import { CareForAccount } from "./CareForAccount";
import { OpenAccount } from "./OpenAccount";
import { accountsQuery } from "./queries";

const STATUS_WORDS: Readonly<Record<string, string>> = { open: "Open", inactive: "Resting", closed: "Closed" };

interface AccountsPanelProps {
  chosen: string | null;
  onChoose: (accountId: string) => void;
}

/** Every account with its worth: choose one, open another, look after each. */
export function AccountsPanel({ chosen, onChoose }: AccountsPanelProps) {
  const accounts = useQuery(accountsQuery);
  const [isOpening, setOpening] = useState(false);
  const [cared, setCared] = useState<Account | null>(null);
  const add = (
    <Button size="small" look="primary" onClick={() => setOpening(true)}>
      <Plus aria-hidden size={15} /> Open account
    </Button>
  );
  const columns = columnsOf(chosen, onChoose, setCared);
  return (
    <Panel title="Accounts" count={accounts.data?.length} actions={add}>
      <Answer query={accounts}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty sentence="No account yet. Open one on a tape to start." command="paperdesk accounts open" />
          ) : (
            <Table caption="Accounts" columns={columns} rows={rows} rowKey={(account) => account.id} />
          )
        }
      </Answer>
      {isOpening ? <OpenAccount onOpened={onChoose} onClose={() => setOpening(false)} /> : null}
      {cared ? <CareForAccount account={cared} onClose={() => setCared(null)} /> : null}
    </Panel>
  );
}

function columnsOf(
  chosen: string | null,
  onChoose: (accountId: string) => void,
  onCare: (account: Account) => void,
): readonly Column<Account>[] {
  return [
    {
      name: "Account",
      cell: (account) => (
        <span className="block min-w-0">
          <span className="font-medium">{account.name}</span>
          <span className="block font-mono text-xs text-muted">{account.number}</span>
        </span>
      ),
    },
    {
      name: "State",
      wideOnly: true,
      cell: (account) => (
        <span data-account-status={account.status}>{STATUS_WORDS[account.status] ?? account.status}</span>
      ),
    },
    {
      name: "Opened",
      wideOnly: true,
      cell: (account) => <span className="whitespace-nowrap">{date(account.opened_at)}</span>,
    },
    { name: "Cash", wideOnly: true, right: true, cell: (account) => money(account.cash) },
    {
      name: "Equity",
      right: true,
      cell: (account) => <span title={account.equity_reason ?? undefined}>{money(account.equity)}</span>,
    },
    { name: "Gain", wideOnly: true, right: true, cell: (account) => <Delta value={account.gain} /> },
    {
      name: "Action",
      hideName: true,
      right: true,
      cell: (account) => (
        <span className="inline-flex flex-wrap justify-end gap-1">
          {account.id === chosen ? (
            <span className="px-2.5 text-sm leading-7 font-medium text-accent">Chosen</span>
          ) : (
            <Button size="small" aria-label={`Choose ${account.name}`} onClick={() => onChoose(account.id)}>
              Choose
            </Button>
          )}
          <Button size="small" aria-label={`Look after ${account.name}`} onClick={() => onCare(account)}>
            Look after
          </Button>
        </span>
      ),
    },
  ];
}
