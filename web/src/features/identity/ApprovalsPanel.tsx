import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { Approval } from "../../api/types";
import { dateTime } from "../../lib/time";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { TextField } from "../../ui/Field";
import { Panel } from "../../ui/Panel";
import { Problem } from "../../ui/Problem";
import { type Column, Table } from "../../ui/Table";
import { approvalsQuery, useDecide } from "./approvals";

/** Orders of keys that wait for a person; nothing is shown while none does. */
export function ApprovalsPanel() {
  const approvals = useQuery(approvalsQuery);
  const [deciding, setDeciding] = useState<Approval | null>(null);
  const items = approvals.data?.items ?? [];
  if (items.length === 0 && deciding === null) return null;
  return (
    <Panel title="Waiting for you" count={items.length}>
      <Table
        caption="Orders that wait for you"
        columns={columnsOf(setDeciding)}
        rows={items}
        rowKey={(one) => one.id}
      />
      {deciding ? <Decide approval={deciding} onClose={() => setDeciding(null)} /> : null}
    </Panel>
  );
}

function columnsOf(onDecide: (approval: Approval) => void): readonly Column<Approval>[] {
  return [
    { name: "Order", cell: (one) => <span className="font-medium">{one.asked}</span> },
    { name: "Worth", right: true, cell: (one) => `${one.worth} ${one.currency}` },
    {
      name: "Until",
      wideOnly: true,
      cell: (one) => <span className="whitespace-nowrap">{dateTime(one.expires_at)}</span>,
    },
    {
      name: "Action",
      hideName: true,
      right: true,
      cell: (one) => (
        <Button size="small" aria-label={`Decide: ${one.asked}`} onClick={() => onDecide(one)}>
          Decide
        </Button>
      ),
    },
  ];
}

function Decide({ approval, onClose }: { approval: Approval; onClose: () => void }) {
  const decide = useDecide(approval.id);
  const [reason, setReason] = useState("");
  const decline = (event: FormEvent) => {
    event.preventDefault();
    decide.mutate(reason.trim(), { onSuccess: onClose });
  };
  return (
    <Dialog title={`A key asks to ${approval.asked}`} onClose={onClose}>
      <p className="text-muted">
        Worth {approval.worth} {approval.currency}; unasked it may place orders up to {approval.threshold}. Approved, it
        is placed now as it was asked for, by the prices and rules of this moment.
      </p>
      {decide.error ? <Problem problem={decide.error} /> : null}
      <Button
        look="primary"
        size="large"
        disabled={decide.isPending}
        onClick={() => decide.mutate(null, { onSuccess: onClose })}
      >
        Approve
      </Button>
      <form onSubmit={decline} className="flex flex-col gap-4">
        <TextField
          label="Why not"
          required
          maxLength={80}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
        <Button type="submit" look="danger" disabled={decide.isPending || reason.trim() === ""}>
          Decline
        </Button>
      </form>
    </Dialog>
  );
}
