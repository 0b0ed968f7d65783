import { useState } from "react";
import type { Account } from "../../api/types";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { TextField } from "../../ui/Field";
import { Problem } from "../../ui/Problem";
import { type AccountWish, useAccountWish } from "./accounts";

type Grave = "reset" | "close";

const GRAVE: Readonly<Record<Grave, { title: string; warning: string; button: string }>> = {
  reset: {
    title: "Begin anew?",
    warning: "Open orders end and positions stay behind with the old epoch. All that was stays readable.",
    button: "Begin anew",
  },
  close: {
    title: "Close the account?",
    warning: "Its cash is paid out and nothing can be ordered any more. Its history stays readable.",
    button: "Close account",
  },
};

/** Renames an account, lets it rest or wakes it up, begins it anew, closes it; what cannot be undone asks first. */
export function CareForAccount({ account, onClose }: { account: Account; onClose: () => void }) {
  const wish = useAccountWish();
  const [name, setName] = useState(account.name);
  const [grave, setGrave] = useState<Grave | null>(null);
  const ask = (wanted: AccountWish) => wish.mutate(wanted, { onSuccess: onClose });
  const isResting = account.status === "inactive";
  const isClosed = account.status === "closed";
  if (grave) {
    const { title, warning, button } = GRAVE[grave];
    return (
      <Dialog key={grave} title={title} onClose={onClose}>
        <p className="text-muted">
          <b className="text-text">{account.name}</b> · {account.number}. {warning}
        </p>
        {wish.error ? <Problem problem={wish.error} /> : null}
        <Button
          look="danger"
          size="large"
          disabled={wish.isPending}
          onClick={() =>
            ask(grave === "close" ? { do: "close", id: account.id } : { do: "reset", id: account.id, cash: "100000" })
          }
        >
          {button}
        </Button>
      </Dialog>
    );
  }
  return (
    <Dialog title={account.name} onClose={onClose}>
      <form
        className="flex items-end gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          ask({ do: "change", id: account.id, body: { name: name.trim() } });
        }}
      >
        <TextField
          label="Name"
          required
          maxLength={80}
          className="flex-1"
          disabled={isClosed}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <Button type="submit" disabled={wish.isPending || isClosed || ["", account.name].includes(name.trim())}>
          Rename
        </Button>
      </form>
      {wish.error ? <Problem problem={wish.error} /> : null}
      <p className="text-sm text-muted">
        {isClosed
          ? "This account is closed; its history stays readable."
          : isResting
            ? "It rests: no order is taken until you wake it up."
            : "Guard it by letting it rest: no order is taken until you wake it up."}
      </p>
      {isClosed ? null : (
        <div className="flex flex-wrap gap-2">
          <Button
            disabled={wish.isPending}
            onClick={() => ask({ do: "change", id: account.id, body: { status: isResting ? "open" : "inactive" } })}
          >
            {isResting ? "Wake up" : "Let it rest"}
          </Button>
          <Button look="danger" onClick={() => setGrave("reset")}>
            Begin anew…
          </Button>
          <Button look="danger" onClick={() => setGrave("close")}>
            Close…
          </Button>
        </div>
      )}
    </Dialog>
  );
}
