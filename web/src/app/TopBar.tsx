import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import clsx from "clsx";
import { CircleUserRound, LogOut, Monitor, Moon, Sun } from "lucide-react";
import { useSyncExternalStore } from "react";
import type { LinkState } from "../api/stream";
import type { Account, Me } from "../api/types";
import { useSignOut } from "../features/identity/queries";
import { tapeQuery } from "../features/marketdata/queries";
import { ReplayBar } from "../features/marketdata/ReplayBar";
import { Menu, MenuRow } from "../ui/Menu";
import { useLink } from "./desk";
import { endSession } from "./session";
import { onThemeChange, setTheme, type Theme, theme } from "./theme";

interface TopBarProps {
  user: Me["user"] | undefined;
  accounts: readonly Account[];
  chosen: Account | null;
}

/** Which account, which time, and whether what is shown is current. */
export function TopBar({ user, accounts, chosen }: TopBarProps) {
  const tape = useQuery({ ...tapeQuery(chosen?.tape_id ?? ""), enabled: chosen !== null });
  return (
    <header className="sticky top-0 z-20 flex min-h-16 flex-wrap items-center gap-x-4 gap-y-1.5 border-b border-line bg-panel px-3 py-2 max-md:static">
      <AccountSwitcher accounts={accounts} chosen={chosen} />
      <div className="min-w-0 max-lg:order-last max-lg:w-full">{tape.data ? <ReplayBar tape={tape.data} /> : null}</div>
      <div className="ml-auto flex items-center gap-1">
        <ConnectionDot />
        <ThemeMenu />
        <UserMenu user={user} />
      </div>
    </header>
  );
}

function AccountSwitcher({ accounts, chosen }: Omit<TopBarProps, "user">) {
  const navigate = useNavigate();
  return (
    <select
      aria-label="Account"
      className="control w-58 min-w-0 max-xl:w-44 font-medium max-md:flex-1"
      value={chosen?.id ?? ""}
      onChange={(event) => navigate({ to: ".", search: { account: event.target.value } })}
    >
      {chosen ? null : <option value="">No account</option>}
      {accounts.map((account) => (
        <option key={account.id} value={account.id}>
          {account.name} · {account.number}
        </option>
      ))}
    </select>
  );
}

const LINK_WORDS: Readonly<Record<LinkState, string>> = { connecting: "Connecting", live: "Live", lost: "Offline" };
const LINK_DOTS: Readonly<Record<LinkState, string>> = { connecting: "bg-warn", live: "bg-up", lost: "bg-down" };

function ConnectionDot() {
  const { state } = useLink();
  return (
    <span className="flex items-center gap-1.5 px-2 text-xs font-medium text-muted" data-link={state}>
      <span aria-hidden className={clsx("size-2 rounded-full", LINK_DOTS[state])} />
      {LINK_WORDS[state]}
    </span>
  );
}

const THEMES = [
  { value: "system", name: "System", Icon: Monitor },
  { value: "light", name: "Light", Icon: Sun },
  { value: "dark", name: "Dark", Icon: Moon },
] as const satisfies readonly { value: Theme; name: string; Icon: typeof Sun }[];

function ThemeMenu() {
  const chosen = useSyncExternalStore(onThemeChange, theme);
  const Current = THEMES.find(({ value }) => value === chosen)?.Icon ?? Monitor;
  return (
    <Menu label="Theme" icon={<Current aria-hidden size={18} />} panelClassName="min-w-40">
      {(close) =>
        THEMES.map(({ value, name, Icon }) => (
          <MenuRow
            key={value}
            icon={<Icon aria-hidden size={16} />}
            isCurrent={value === chosen}
            onSelect={() => {
              setTheme(value);
              close();
            }}
          >
            {name}
          </MenuRow>
        ))
      }
    </Menu>
  );
}

function UserMenu({ user }: { user: Me["user"] | undefined }) {
  const signOut = useSignOut();
  return (
    <Menu label="You" icon={<CircleUserRound aria-hidden size={19} />}>
      {() => (
        <>
          <p className="px-2.5 pt-1.5 pb-2">
            <span className="block font-semibold">{user?.name}</span>
            <span className="block text-xs text-muted">{user?.email}</span>
          </p>
          <MenuRow
            icon={<LogOut aria-hidden size={16} />}
            onSelect={() => signOut.mutate(undefined, { onSettled: endSession })}
          >
            Sign out
          </MenuRow>
        </>
      )}
    </Menu>
  );
}
