import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { SavedStrategy } from "../../api/types";
import { dateTime, utc } from "../../lib/time";
import { Button } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { Answer, Panel } from "../../ui/Panel";
import { Problem } from "../../ui/Problem";
import { type Column, Table } from "../../ui/Table";
import { wordOf } from "../backtests/ask";
import type { Start } from "../backtests/RunForm";
import { savedQuery, useStrategyWish } from "./queries";
import { SavedDetail } from "./SavedDetail";
import { SavedForm } from "./SavedForm";

interface SavedPanelProps {
  start: Start;
  /** The one that is shown in full. */
  chosen: string | undefined;
  onChoose: (id: string | undefined) => void;
  onRun: (backtestId: string) => void;
}

/** The strategies that are kept: switched, changed, run, and what they have brought. */
export function SavedPanel({ start, chosen, onChoose, onRun }: SavedPanelProps) {
  const saved = useQuery(savedQuery);
  const wish = useStrategyWish();
  const [editing, setEditing] = useState<SavedStrategy | "new" | null>(null);
  const shown = saved.data?.find(({ id }) => id === chosen) ?? null;
  const columns: readonly Column<SavedStrategy>[] = [
    {
      name: "Name",
      cell: (row) => (
        <span className="block min-w-0">
          <button
            type="button"
            className="min-h-6 text-left font-medium text-accent hover:underline"
            aria-expanded={row.id === chosen}
            onClick={() => onChoose(row.id === chosen ? undefined : row.id)}
          >
            {row.name}
          </button>
          <span className="block text-xs text-muted">
            {wordOf(row.strategy)} · version {row.version}
            {row.is_published ? ` · published${row.is_mine ? "" : " by another"}` : ""}
          </span>
        </span>
      ),
    },
    { name: "Symbols", wideOnly: true, cell: (row) => row.newest.symbols.slice(0, 3).join(", ") },
    {
      name: "Changed",
      wideOnly: true,
      cell: (row) => (
        <span className="figures whitespace-nowrap text-muted" title={utc(row.changed_at)}>
          {dateTime(row.changed_at)}
        </span>
      ),
    },
    {
      name: "On",
      cell: (row) => (
        <input
          type="checkbox"
          className="block size-6 accent-(--accent)"
          aria-label={`${row.name} is on`}
          checked={row.is_active}
          disabled={!row.is_mine || wish.isPending}
          onChange={() => wish.mutate({ do: row.is_active ? "deactivate" : "activate", id: row.id })}
        />
      ),
    },
    {
      name: "Change",
      hideName: true,
      right: true,
      cell: (row) =>
        row.is_mine ? (
          <Button size="small" aria-label={`Change ${row.name}`} onClick={() => setEditing(row)}>
            Change
          </Button>
        ) : null,
    },
  ];
  return (
    <Panel
      title="Saved strategies"
      count={saved.data?.length}
      actions={
        <Button size="small" onClick={() => setEditing("new")}>
          Save a strategy
        </Button>
      }
    >
      {wish.error ? <Problem problem={wish.error} onRetry={() => wish.reset()} /> : null}
      <Answer query={saved} rows={3}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty
              sentence="Nothing is saved yet. Keep a strategy with its symbols and parameters, and its versions are kept too."
              command={'paperdesk strategies save "Slow averages" sma_cross AAPL --set fast=50'}
            />
          ) : (
            <Table
              caption="Saved strategies"
              columns={columns}
              rows={rows}
              rowKey={(row) => row.id}
              isChosen={(row) => row.id === chosen}
            />
          )
        }
      </Answer>
      {shown ? (
        <SavedDetail key={shown.id} saved={shown} start={start} onGone={() => onChoose(undefined)} onRun={onRun} />
      ) : null}
      {editing ? (
        <SavedForm
          {...start}
          saved={editing === "new" ? null : editing}
          onClose={() => setEditing(null)}
          onSaved={(id) => {
            setEditing(null);
            onChoose(id);
          }}
        />
      ) : null}
    </Panel>
  );
}
