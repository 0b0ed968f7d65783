import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { Enrolment } from "../../api/types";
import { date } from "../../lib/time";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { TextField } from "../../ui/Field";
import { Answer, Panel } from "../../ui/Panel";
import { Problem } from "../../ui/Problem";
import { secondFactorQuery, useBeginSecondFactor, useConfirmSecondFactor, useRemoveSecondFactor } from "./queries";

/** Whether signing in takes a code: set it up, or remove it. */
export function SecondFactorPanel() {
  const secondFactor = useQuery(secondFactorQuery);
  const [open, setOpen] = useState<"setup" | "removal" | null>(null);
  const close = () => setOpen(null);
  return (
    <Panel title="Second factor" bodyClassName="p-4">
      <Answer query={secondFactor}>
        {({ is_on, confirmed_at, recovery_codes_left }) => (
          <div className="flex flex-wrap items-center justify-between gap-3">
            <p className="text-muted">
              {is_on && confirmed_at
                ? `Signing in takes a code of your app since ${date(confirmed_at)}; ${recovery_codes_left} recovery codes left.`
                : "Signing in takes your password alone. An authenticator app on your telephone can add a code."}
            </p>
            {is_on ? (
              <Button look="danger" onClick={() => setOpen("removal")}>
                Remove
              </Button>
            ) : (
              <Button look="primary" onClick={() => setOpen("setup")}>
                Set up
              </Button>
            )}
          </div>
        )}
      </Answer>
      {open === "setup" ? <Setup onClose={close} /> : null}
      {open === "removal" ? <Removal onClose={close} /> : null}
    </Panel>
  );
}

const PASSWORD_HINT = "Not needed if you signed in by a link within the last quarter of an hour.";

function PasswordField({ value, onChange }: { value: string; onChange: (password: string) => void }) {
  return (
    <TextField
      label="Password"
      type="password"
      autoComplete="current-password"
      hint={PASSWORD_HINT}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}

function CodeField({ hint, value, onChange }: { hint: string; value: string; onChange: (code: string) => void }) {
  return (
    <TextField
      label="Code"
      autoComplete="one-time-code"
      maxLength={20}
      hint={hint}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}

function Setup({ onClose }: { onClose: () => void }) {
  const begin = useBeginSecondFactor();
  const [password, setPassword] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    begin.mutate(password);
  };
  return (
    <Dialog title="Set up a second factor" onClose={onClose}>
      {begin.data ? (
        <Confirm enrolment={begin.data} onClose={onClose} />
      ) : (
        <form onSubmit={submit} className="flex flex-col gap-4">
          <PasswordField value={password} onChange={setPassword} />
          {begin.error ? <Problem problem={begin.error} /> : null}
          <Button type="submit" look="primary" size="large" disabled={begin.isPending}>
            Continue
          </Button>
        </form>
      )}
    </Dialog>
  );
}

function Confirm({ enrolment, onClose }: { enrolment: Enrolment; onClose: () => void }) {
  const confirm = useConfirmSecondFactor();
  const [code, setCode] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    confirm.mutate(code.trim());
  };
  if (confirm.data) return <RecoveryCodes codes={confirm.data.recovery_codes} onClose={onClose} />;
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <p className="text-muted">
        Let your authenticator app read this picture, type the key below it, or{" "}
        <a className="text-accent underline underline-offset-2" href={enrolment.address}>
          open it there
        </a>
        . It is shown this once.
      </p>
      <img
        className="self-center rounded-lg bg-white"
        width={180}
        height={180}
        alt="The key as a QR code"
        src={`data:image/svg+xml,${encodeURIComponent(enrolment.picture)}`}
      />
      <output
        data-secret={enrolment.secret}
        className="rounded-lg border border-line bg-raised p-3 font-mono text-sm break-words select-all"
      >
        {enrolment.secret.replace(/(.{4})(?=.)/g, "$1 ")}
      </output>
      <CodeField hint="What the app shows now. Your other logins end." value={code} onChange={setCode} />
      {confirm.error ? <Problem problem={confirm.error} /> : null}
      <Button type="submit" look="primary" size="large" disabled={confirm.isPending || code.trim() === ""}>
        Confirm
      </Button>
    </form>
  );
}

function RecoveryCodes({ codes, onClose }: { codes: string[]; onClose: () => void }) {
  return (
    <>
      <p className="text-muted">
        Keep these where your telephone is not. Each stands for a code once; they are shown this once.
      </p>
      <ul className="grid grid-cols-2 gap-1 rounded-lg border border-line bg-raised p-3 font-mono text-sm select-all">
        {codes.map((code) => (
          <li key={code} data-recovery-code>
            {code}
          </li>
        ))}
      </ul>
      <Button look="primary" size="large" onClick={onClose}>
        I have kept them
      </Button>
    </>
  );
}

function Removal({ onClose }: { onClose: () => void }) {
  const removal = useRemoveSecondFactor();
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    removal.mutate({ password, code: code.trim() }, { onSuccess: onClose });
  };
  return (
    <Dialog title="Remove the second factor?" onClose={onClose}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <PasswordField value={password} onChange={setPassword} />
        <CodeField hint="Of your app, or a recovery code." value={code} onChange={setCode} />
        {removal.error ? <Problem problem={removal.error} /> : null}
        <Button type="submit" look="danger" size="large" disabled={removal.isPending || code.trim() === ""}>
          Remove second factor
        </Button>
      </form>
    </Dialog>
  );
}
