import { Link, useLocation } from "@tanstack/react-router";
import clsx from "clsx";
import {
  BookOpenText,
  ChartCandlestick,
  ChartLine,
  FlaskConical,
  Gauge,
  HeartPulse,
  ListOrdered,
  Microscope,
  Settings,
  Table2,
  Telescope,
  WalletCards,
} from "lucide-react";
import { deskOnly } from "../lib/search";
import { Menu } from "../ui/Menu";
import { Wordmark } from "../ui/Wordmark";

const PAGES = [
  { to: "/overview", name: "Overview", Icon: Gauge },
  { to: "/trade", name: "Trade", Icon: ChartCandlestick },
  { to: "/orders", name: "Orders", Icon: ListOrdered },
  { to: "/research", name: "Research", Icon: Telescope },
  { to: "/activity", name: "Activity", Icon: BookOpenText },
  { to: "/strategies", name: "Strategies", Icon: ChartLine },
  { to: "/backtests", name: "Backtests", Icon: FlaskConical },
  { to: "/sweeps", name: "Sweeps", Icon: Table2 },
  { to: "/studies", name: "Studies", Icon: Microscope },
  { to: "/accounts", name: "Accounts", Icon: WalletCards },
  { to: "/status", name: "Status", Icon: HeartPulse },
  { to: "/settings", name: "Settings", Icon: Settings },
] as const;

/** So many stand in the bar of a phone; the others are behind "More". */
const AT_HAND = 4;
const FAR = PAGES.slice(AT_HAND);

type PageLink = (typeof PAGES)[number];

/** The pages: a rail on the left, a bar at the bottom of a phone. */
export function Rail() {
  const { pathname } = useLocation();
  const isFar = FAR.some(({ to }) => pathname.startsWith(to));
  return (
    <nav
      aria-label="Pages"
      className="quiet-scroll z-20 border-line bg-panel max-md:fixed max-md:inset-x-0 max-md:bottom-0 max-md:border-t max-md:pb-[env(safe-area-inset-bottom)] md:sticky md:top-0 md:h-dvh md:overflow-y-auto md:border-r"
    >
      <Wordmark isBare className="justify-center pt-4 pb-3 max-md:hidden" />
      <ul className="flex justify-around gap-1 px-2 py-1.5 md:flex-col">
        {PAGES.map((page, n) => (
          <li key={page.to} className={clsx("max-md:min-w-0 max-md:flex-1", n >= AT_HAND && "max-md:hidden")}>
            <PageTo {...page} />
          </li>
        ))}
        <li className="min-w-0 flex-1 md:hidden">
          <Menu
            label="More pages"
            icon={<span className="text-[0.625rem]">More</span>}
            className={clsx("grid min-h-13 place-items-center rounded-lg", isFar && "bg-accent-soft")}
            panelClassName="!top-auto bottom-full grid w-56 grid-cols-2"
          >
            {(close) => FAR.map((page) => <PageTo key={page.to} {...page} onClick={close} />)}
          </Menu>
        </li>
      </ul>
    </nav>
  );
}

function PageTo({ to, name, Icon, onClick }: PageLink & { onClick?: () => void }) {
  return (
    <Link
      to={to}
      search={deskOnly}
      onClick={onClick}
      className="flex min-h-13 flex-col items-center justify-center gap-1 rounded-lg text-xs font-medium text-muted max-md:text-[0.625rem] hover:bg-hover hover:text-text"
      activeProps={{ className: "bg-accent-soft !text-accent", "aria-current": "page" }}
    >
      <Icon aria-hidden size={19} strokeWidth={1.8} />
      {name}
    </Link>
  );
}
