import { useInfiniteQuery } from "@tanstack/react-query";
import type { LedgerEntry } from "../../api/types";
import { money } from "../../lib/format";
import { dateTime, utc } from "../../lib/time";
import { Button } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { Delta } from "../../ui/Figures";
import { Answer, Panel } from "../../ui/Panel";
import { type Column, Table } from "../../ui/Table";
import { ledgerQuery } from "./queries";

/** A kind of entry as a word: cash_dividend is "Cash dividend". */
const kindWord = (kind: string): string => kind.charAt(0).toUpperCase() + kind.slice(1).replaceAll("_", " ");

const COLUMNS: readonly Column<LedgerEntry>[] = [
  {
    name: "At",
    wideOnly: true,
    cell: (entry) => (
      <span className="figures whitespace-nowrap text-muted" title={utc(entry.at)}>
        {dateTime(entry.at)}
      </span>
    ),
  },
  { name: "Kind", wideOnly: true, cell: (entry) => kindWord(entry.kind) },
  {
    name: "Description",
    cell: (entry) => (
      <span>
        {entry.description}
        <span className="block text-xs text-muted sm:hidden">{dateTime(entry.at)}</span>
      </span>
    ),
  },
  { name: "Cash change", right: true, cell: (entry) => <Delta value={entry.cash_change} /> },
  { name: "Cash after", right: true, cell: (entry) => money(entry.cash_after) },
];

/** The account's ledger with its running cash. */
export function ActivityPage({ accountId }: { accountId: string }) {
  const ledger = useInfiniteQuery(ledgerQuery(accountId));
  return (
    <Panel title="Activity" count={ledger.data?.length}>
      <Answer query={ledger} rows={6}>
        {(entries) =>
          entries.length === 0 ? (
            <Empty sentence="Nothing has been posted to this account yet." command="paperdesk accounts" />
          ) : (
            <Table caption="Ledger entries" columns={COLUMNS} rows={entries} rowKey={(entry) => entry.id} />
          )
        }
      </Answer>
      {ledger.hasNextPage ? (
        <div className="border-t border-line p-2 text-center">
          <Button size="small" disabled={ledger.isFetchingNextPage} onClick={() => ledger.fetchNextPage()}>
            More entries
          </Button>
        </div>
      ) : null}
    </Panel>
  );
}
