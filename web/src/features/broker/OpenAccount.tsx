import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { SelectField, TextField } from "../../ui/Field";
import { Answer } from "../../ui/Panel";
import { Problem } from "../../ui/Problem";
import { tapesQuery } from "../marketdata/queries";
import { useAccountWish } from "./accounts";

/** Asks for a name, a tape and cash, and opens an account; the new one is chosen. */
export function OpenAccount({ onOpened, onClose }: { onOpened: (accountId: string) => void; onClose: () => void }) {
  const open = useAccountWish();
  const tapes = useQuery(tapesQuery);
  const [name, setName] = useState("");
  const [tapeId, setTapeId] = useState("");
  const [cash, setCash] = useState("100000");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const tape_id = tapeId || (tapes.data?.[0]?.id ?? "");
    open.mutate(
      { do: "open", body: { name: name.trim(), tape_id, cash } },
      {
        onSuccess: (account) => {
          onOpened(account.id);
          onClose();
        },
      },
    );
  };
  return (
    <Dialog title="Open an account" onClose={onClose}>
      <Answer query={tapes}>
        {(rows) => (
          <form onSubmit={submit} className="flex flex-col gap-4">
            <TextField
              label="Name"
              required
              maxLength={80}
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
            <SelectField
              label="Tape"
              value={tapeId || (rows[0]?.id ?? "")}
              onChange={(event) => setTapeId(event.target.value)}
            >
              {rows.map((tape) => (
                <option key={tape.id} value={tape.id}>
                  {tape.name}
                </option>
              ))}
            </SelectField>
            <TextField
              label="Cash to begin with"
              required
              inputMode="decimal"
              value={cash}
              onChange={(event) => setCash(event.target.value.trim())}
            />
            {open.error ? <Problem problem={open.error} /> : null}
            <Button type="submit" look="primary" size="large" disabled={open.isPending || name.trim() === ""}>
              Open account
            </Button>
          </form>
        )}
      </Answer>
    </Dialog>
  );
}
