import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { type FormEvent, useState } from "react";
import type { ApiKey, CreatedApiKey, Scope } from "../../api/types";
import { date } from "../../lib/time";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { Empty } from "../../ui/Empty";
import { SelectField, TextField } from "../../ui/Field";
import { Answer, Panel } from "../../ui/Panel";
import { Problem } from "../../ui/Problem";
import { type Column, Table } from "../../ui/Table";
import { apiKeysQuery, useCreateKey, useRevokeKey } from "./queries";

const SCOPES: readonly { value: string; label: string; scopes: Scope[] }[] = [
  { value: "read", label: "Read only", scopes: ["read"] },
  { value: "trade", label: "Read and trade", scopes: ["read", "trade"] },
  { value: "admin", label: "Everything", scopes: ["read", "trade", "limits", "admin"] },
];
const LIFETIMES: readonly { days: string; label: string }[] = [
  { days: "30", label: "30 days" },
  { days: "90", label: "90 days" },
  { days: "365", label: "One year" },
  { days: "", label: "Until revoked" },
];

/** API keys: list, create with the secret shown once, revoke. */
export function KeysPanel() {
  const apiKeys = useQuery(apiKeysQuery);
  const [isCreating, setCreating] = useState(false);
  const [revoking, setRevoking] = useState<ApiKey | null>(null);
  const add = (
    <Button size="small" look="primary" onClick={() => setCreating(true)}>
      <Plus aria-hidden size={15} /> New key
    </Button>
  );
  return (
    <Panel title="API keys" count={apiKeys.data?.items.length} actions={add}>
      <Answer query={apiKeys}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty sentence="No API keys. Programs sign in with one." />
          ) : (
            <Table caption="API keys" columns={columnsOf(setRevoking)} rows={items} rowKey={(key) => key.id} />
          )
        }
      </Answer>
      {isCreating ? <CreateKey onClose={() => setCreating(false)} /> : null}
      {revoking ? <RevokeKey apiKey={revoking} onClose={() => setRevoking(null)} /> : null}
    </Panel>
  );
}

function columnsOf(onRevoke: (key: ApiKey) => void): readonly Column<ApiKey>[] {
  return [
    { name: "Name", cell: (key) => <span className="font-medium">{key.name}</span> },
    { name: "Key id", cell: (key) => <code className="text-xs">{key.key_id}</code> },
    { name: "May", wideOnly: true, cell: (key) => key.scopes.join(", ") },
    {
      name: "Created",
      wideOnly: true,
      cell: (key) => <span className="whitespace-nowrap">{date(key.created_at)}</span>,
    },
    {
      name: "Expires",
      wideOnly: true,
      cell: (key) => <span className="whitespace-nowrap">{key.expires_at ? date(key.expires_at) : "never"}</span>,
    },
    {
      name: "Action",
      hideName: true,
      right: true,
      cell: (key) => (
        <Button size="small" look="danger" aria-label={`Revoke ${key.name}`} onClick={() => onRevoke(key)}>
          Revoke
        </Button>
      ),
    },
  ];
}

function expiryOf(days: string): string | null {
  if (days === "") return null;
  const end = new Date();
  end.setUTCDate(end.getUTCDate() + Number(days));
  return end.toISOString();
}

function CreateKey({ onClose }: { onClose: () => void }) {
  const create = useCreateKey();
  const [name, setName] = useState("");
  const [scope, setScope] = useState("trade");
  const [days, setDays] = useState("90");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const scopes = SCOPES.find((choice) => choice.value === scope)?.scopes ?? ["read"];
    create.mutate({ name: name.trim(), scopes, expires_at: expiryOf(days) });
  };
  return (
    <Dialog title={create.data ? "Your new key" : "New API key"} onClose={onClose}>
      {create.data ? (
        <Secret created={create.data} />
      ) : (
        <form onSubmit={submit} className="flex flex-col gap-4">
          <TextField
            label="Name"
            required
            maxLength={80}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
          <SelectField label="May" value={scope} onChange={(event) => setScope(event.target.value)}>
            {SCOPES.map(({ value, label }) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </SelectField>
          <SelectField label="Valid for" value={days} onChange={(event) => setDays(event.target.value)}>
            {LIFETIMES.map((life) => (
              <option key={life.days} value={life.days}>
                {life.label}
              </option>
            ))}
          </SelectField>
          {create.error ? <Problem problem={create.error} /> : null}
          <Button type="submit" look="primary" size="large" disabled={create.isPending || name.trim() === ""}>
            Create key
          </Button>
        </form>
      )}
    </Dialog>
  );
}

function Secret({ created }: { created: CreatedApiKey }) {
  const [isCopied, setCopied] = useState(false);
  const bearer = `${created.key_id}.${created.secret}`;
  const copy = () => navigator.clipboard?.writeText(bearer).then(() => setCopied(true));
  return (
    <>
      <p className="text-muted">
        Copy it now: the secret is shown this once and stored only as a hash. Send it as{" "}
        <code className="rounded bg-hover px-1 text-xs">Authorization: Bearer …</code>
      </p>
      <output className="rounded-lg border border-line bg-raised p-3 font-mono text-sm break-all select-all">
        {bearer}
      </output>
      <Button look="primary" onClick={copy}>
        {isCopied ? "Copied" : "Copy"}
      </Button>
    </>
  );
}

function RevokeKey({ apiKey, onClose }: { apiKey: ApiKey; onClose: () => void }) {
  const revoke = useRevokeKey();
  return (
    <Dialog title={`Revoke ${apiKey.name}?`} onClose={onClose}>
      <p className="text-muted">
        Programs that use <code>{apiKey.key_id}</code> stop working at once. This cannot be undone.
      </p>
      {revoke.error ? <Problem problem={revoke.error} /> : null}
      <Button
        look="danger"
        size="large"
        disabled={revoke.isPending}
        onClick={() => revoke.mutate(apiKey.id, { onSuccess: onClose })}
      >
        Revoke key
      </Button>
    </Dialog>
  );
}
