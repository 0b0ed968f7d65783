import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useCallback, useEffect, useRef, useState } from "react";
import { get } from "../../api/client";
import { ApiProblem } from "../../api/problems";
import type { SingleSignOn } from "../../api/types";
import { Button } from "../../ui/Button";
import { TextField } from "../../ui/Field";
import { Wordmark } from "../../ui/Wordmark";
import { type Credentials, useSignIn } from "./queries";

const ASKS_FOR_CODE = new Set(["code_needed", "code_refused", "too_many_codes"]);

/** Why the provider of sign-ins sent somebody back, by the code in the address. */
const TURNED_BACK: Readonly<Record<string, string>> = {
  address_not_verified: "Your provider has not verified your e-mail address.",
  attempt_unknown: "That took too long, or began in another browser. Begin anew.",
  nobody_by_that_address: "This desk does not know you. Ask somebody who administers its people.",
  provider_unavailable: "Your provider does not answer just now. Try again, or another way in.",
  single_sign_on_refused: "What your provider answered does not prove who you are. Begin anew.",
};

/** The link's token, taken out of the address at once so that it stays in no history entry. */
function takeLinkToken(): string | null {
  const token = new URLSearchParams(window.location.hash.slice(1)).get("token");
  if (token) window.history.replaceState(window.history.state, "", window.location.pathname + window.location.search);
  return token;
}

const codeOf = (problem: Error | null) => (problem instanceof ApiProblem ? problem.code : null);

function sentenceFor(problem: Error): string {
  const isUsedLink = codeOf(problem) === "link_spent";
  return isUsedLink
    ? `${problem.message} A sign-in link works once: run “paperdesk up” for a new one.`
    : problem.message;
}

/** Signs in by the link that `paperdesk up` prints, or by e-mail and password; then by a code where one is asked for. */
export function SignInPage({ onSignedIn }: { onSignedIn: () => void }) {
  const signIn = useSignIn();
  const hasLooked = useRef(false);
  const [isByLink, setByLink] = useState(false);
  const [asked, setAsked] = useState<Credentials | null>(null);
  const { mutate } = signIn;
  const send = useCallback(
    (shown: Credentials) =>
      mutate(shown, {
        onSuccess: onSignedIn,
        onError: (problem) => {
          setByLink(false);
          setAsked(ASKS_FOR_CODE.has(codeOf(problem) ?? "") ? shown : null);
        },
      }),
    [mutate, onSignedIn],
  );
  useEffect(() => {
    if (hasLooked.current) return;
    hasLooked.current = true;
    const token = takeLinkToken();
    if (!token) return;
    setByLink(true);
    send({ link_token: token });
  }, [send]);
  const isSigningByLink = isByLink && !signIn.error;
  return (
    <main className="grid min-h-dvh place-items-center px-4 py-10">
      <div className="w-full max-w-sm">
        <Wordmark className="mb-6 justify-center text-xl" />
        <div className="rounded-xl border border-line bg-panel p-6">
          <h1 className="mb-1 text-lg font-semibold">Sign in</h1>
          {isSigningByLink ? (
            <p role="status" className="text-muted">
              Signing you in by your link…
            </p>
          ) : asked ? (
            <CodeForm isSending={signIn.isPending} onSubmit={(code) => send({ ...asked, code })} />
          ) : (
            <PasswordForm isSending={signIn.isPending} onSubmit={(email, password) => send({ email, password })} />
          )}
          {!isSigningByLink && !asked ? <AtProvider /> : null}
          {signIn.error && codeOf(signIn.error) !== "code_needed" ? (
            <p role="alert" className="mt-4 rounded-lg bg-down-soft px-3 py-2.5 text-sm">
              {sentenceFor(signIn.error)}
            </p>
          ) : null}
        </div>
        <p className="mt-4 text-center text-sm text-balance text-muted">
          On your own machine, <code className="rounded bg-hover px-1 whitespace-nowrap">paperdesk up</code> prints a
          link that signs you in.
        </p>
      </div>
    </main>
  );
}

/** The way in by a provider, where the desk has one, and why the last try came to nothing. */
function AtProvider() {
  const offer = useQuery({
    queryKey: ["single-sign-on"],
    queryFn: ({ signal }) => get<SingleSignOn>("/single-sign-on", {}, signal),
    retry: false,
  });
  const problem = new URLSearchParams(window.location.search).get("problem");
  if (!offer.data?.is_offered) return null;
  return (
    <div className="mt-4 flex flex-col gap-4 border-t border-line pt-4">
      <a
        href="/v1/single-sign-on/begin"
        className="rounded-lg border border-line bg-raised px-4 py-2.5 text-center font-medium hover:bg-hover"
      >
        Sign in with {new URL(offer.data.issuer ?? window.location.origin).host}
      </a>
      {problem ? (
        <p role="alert" className="rounded-lg bg-down-soft px-3 py-2.5 text-sm">
          {TURNED_BACK[problem] ?? "You could not be signed in. Begin anew."}
        </p>
      ) : null}
    </div>
  );
}

function CodeForm({ isSending, onSubmit }: { isSending: boolean; onSubmit: (code: string) => void }) {
  const [code, setCode] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (code.trim()) onSubmit(code.trim());
    setCode("");
  };
  return (
    <form onSubmit={submit} noValidate className="mt-4 flex flex-col gap-4">
      <TextField
        label="Code"
        hint="Six digits of your authenticator app, or one of your recovery codes."
        autoComplete="one-time-code"
        autoFocus
        maxLength={20}
        value={code}
        onChange={(event) => setCode(event.target.value)}
      />
      <Button type="submit" look="primary" size="large" disabled={isSending}>
        {isSending ? "Signing in…" : "Sign in"}
      </Button>
    </form>
  );
}

interface PasswordFormProps {
  isSending: boolean;
  onSubmit: (email: string, password: string) => void;
}

function PasswordForm({ isSending, onSubmit }: PasswordFormProps) {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [isChecked, setChecked] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setChecked(true);
    if (email.includes("@") && password) onSubmit(email, password);
  };
  return (
    <form onSubmit={submit} noValidate className="mt-4 flex flex-col gap-4">
      <TextField
        label="E-mail"
        type="email"
        autoComplete="username"
        value={email}
        error={isChecked && !email.includes("@") ? "Enter your e-mail address." : null}
        onChange={(event) => setEmail(event.target.value)}
      />
      <TextField
        label="Password"
        type="password"
        autoComplete="current-password"
        value={password}
        error={isChecked && !password ? "Enter your password." : null}
        onChange={(event) => setPassword(event.target.value)}
      />
      <Button type="submit" look="primary" size="large" disabled={isSending}>
        {isSending ? "Signing in…" : "Sign in"}
      </Button>
    </form>
  );
}
