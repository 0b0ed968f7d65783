/** What lists of searches and of studies have in common. */
import { Link } from "@tanstack/react-router";
import type { Study } from "../../api/types";
import { deskOnly } from "../../lib/search";
import { dateTime, utc } from "../../lib/time";
import { Button } from "../../ui/Button";
import type { Column } from "../../ui/Table";
import { wordOf } from "../backtests/ask";
import { RunState } from "../backtests/RunState";

type Listed = Pick<Study, "id" | "name" | "strategy" | "symbols" | "state" | "progress" | "asked_at">;

/** A link to each by its name, what it is about, and how far it is; `said` stands beside the strategy. */
export function columnsTo<Row extends Listed>(
  to: "/sweeps/$id" | "/sweeps/walk-forwards/$id" | "/studies/$id",
  said: (row: Row) => string,
): readonly Column<Row>[] {
  return [
    {
      name: "Name",
      cell: (row) => (
        <span className="block min-w-0">
          <Link
            to={to}
            params={{ id: row.id }}
            search={deskOnly}
            className="font-medium text-accent underline-offset-2 hover:underline"
          >
            {row.name}
          </Link>
          <span className="block text-xs text-muted">
            {wordOf(row.strategy)} · {said(row)}
          </span>
        </span>
      ),
    },
    { name: "Symbols", wideOnly: true, cell: (row) => row.symbols.slice(0, 3).join(", ") },
    { name: "State", cell: (row) => <RunState {...row} /> },
    {
      name: "Asked",
      wideOnly: true,
      cell: (row) => (
        <span className="figures whitespace-nowrap text-muted" title={utc(row.asked_at)}>
          {dateTime(row.asked_at)}
        </span>
      ),
    },
  ];
}

interface OlderOnesProps {
  query: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown };
}

/** A button for the next page of a list; nothing where there is none. */
export function OlderOnes({ query }: OlderOnesProps) {
  return query.hasNextPage ? (
    <div className="border-t border-line p-2 text-center">
      <Button size="small" disabled={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
        Older ones
      </Button>
    </div>
  ) : null;
}
