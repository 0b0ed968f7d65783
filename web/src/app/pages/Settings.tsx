import { useQuery } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { ApprovalsPanel } from "../../features/identity/ApprovalsPanel";
import { KeysPanel } from "../../features/identity/KeysPanel";
import { PreferencesPanel } from "../../features/identity/PreferencesPanel";
import { meQuery } from "../../features/identity/queries";
import { SecondFactorPanel } from "../../features/identity/SecondFactorPanel";
import { Button } from "../../ui/Button";
import { Choice } from "../../ui/Field";
import { Answer, Panel } from "../../ui/Panel";
import { useReady } from "../ready";
import { onThemeChange, setTheme, type Theme, theme } from "../theme";

const THEMES = [
  { value: "system", label: "System" },
  { value: "light", label: "Light" },
  { value: "dark", label: "Dark" },
] as const satisfies readonly { value: Theme; label: string }[];

/** Who is signed in, how the desk looks, and the keys programs use. */
export function Settings() {
  const me = useQuery(meQuery);
  const chosen = useSyncExternalStore(onThemeChange, theme);
  useReady(me.data !== undefined || me.error !== null);
  return (
    <div className="mx-auto flex max-w-4xl flex-col gap-3">
      <h1 className="sr-only">Settings</h1>
      <Panel title="Profile" bodyClassName="p-4">
        <Answer query={me}>
          {({ user, tenant, scopes }) => (
            <>
              <dl className="grid gap-4 sm:grid-cols-3">
                <Fact name="Name" value={user.name} />
                <Fact name="E-mail" value={user.email} />
                <Fact name="Workspace" value={`${tenant.name} · ${scopes.join(", ")}`} />
              </dl>
              <form method="post" action="/v1/me/archive" className="mt-4">
                <Button type="submit">Download everything that is yours</Button>
              </form>
            </>
          )}
        </Answer>
      </Panel>
      <Panel title="Appearance" bodyClassName="p-4">
        <Choice label="Theme" value={chosen} choices={THEMES} onChange={setTheme} className="max-w-sm" />
      </Panel>
      <PreferencesPanel />
      <SecondFactorPanel />
      <ApprovalsPanel />
      <KeysPanel />
      <About />
    </div>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div className="min-w-0">
      <dt className="text-xs text-muted">{name}</dt>
      <dd className="font-medium break-words">{value}</dd>
    </div>
  );
}

function About() {
  const link = "text-accent underline underline-offset-2";
  return (
    <p className="px-1 py-3 text-sm text-muted">
      Paperdesk, Apache-2.0. Every price here is recorded or simulated and no order reaches a market.{" "}
      <a className={link} href="/docs">
        REST reference
      </a>
      . Charts: TradingView Lightweight Charts™, Copyright (c) 2025 TradingView, Inc.{" "}
      <a className={link} href="https://www.tradingview.com/" rel="noreferrer" target="_blank">
        tradingview.com
      </a>
      . Typeface: Inter, SIL Open Font License.
    </p>
  );
}
