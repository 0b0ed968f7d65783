import { Link } from "@tanstack/react-router";
import {
  BookOpenText,
  ChartCandlestick,
  Gauge,
  HeartPulse,
  ListOrdered,
  Settings,
  Telescope,
  WalletCards,
} from "lucide-react";
import { Wordmark } from "../ui/Wordmark";

const PAGES = [
  { to: "/overview", name: "Overview", Icon: Gauge },
  { to: "/trade", name: "Trade", Icon: ChartCandlestick },
  { to: "/research", name: "Research", Icon: Telescope },
  { to: "/orders", name: "Orders", Icon: ListOrdered },
  { to: "/activity", name: "Activity", Icon: BookOpenText },
  { to: "/accounts", name: "Accounts", Icon: WalletCards },
  { to: "/status", name: "Status", Icon: HeartPulse },
  { to: "/settings", name: "Settings", Icon: Settings },
] as const;

/** The pages: a rail on the left, a bar at the bottom of a phone. */
export function Rail() {
  return (
    <nav
      aria-label="Pages"
      className="z-20 border-line bg-panel max-md:fixed max-md:inset-x-0 max-md:bottom-0 max-md:border-t max-md:pb-[env(safe-area-inset-bottom)] md:sticky md:top-0 md:h-dvh md:border-r"
    >
      <Wordmark isBare className="justify-center pt-4 pb-3 max-md:hidden" />
      <ul className="flex justify-around gap-1 px-2 py-1.5 md:flex-col">
        {PAGES.map(({ to, name, Icon }) => (
          <li key={to} className="max-md:min-w-0 max-md:flex-1">
            <Link
              to={to}
              search={(search) => search}
              className="flex min-h-13 flex-col items-center justify-center gap-1 rounded-lg text-xs font-medium text-muted max-md:text-[0.625rem] hover:bg-hover hover:text-text"
              activeProps={{ className: "bg-accent-soft !text-accent", "aria-current": "page" }}
            >
              <Icon aria-hidden size={19} strokeWidth={1.8} />
              {name}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
