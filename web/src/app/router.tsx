import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { type DeskSearch, textsOf } from "../lib/search";

const readSearch = (search: Record<string, unknown>): DeskSearch => textsOf(search, ["account", "symbol"]);

const root = createRootRoute({ component: Outlet });

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  component: lazyRouteComponent(() => import("./pages/SignIn"), "SignIn"),
});

const desk = createRoute({
  getParentRoute: () => root,
  id: "desk",
  validateSearch: readSearch,
  component: lazyRouteComponent(() => import("./Shell"), "Shell"),
});

const home = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/trade" });
  },
});

const trade = createRoute({
  getParentRoute: () => desk,
  path: "/trade",
  component: lazyRouteComponent(() => import("./pages/Trade"), "Trade"),
});

const overview = createRoute({
  getParentRoute: () => desk,
  path: "/overview",
  component: lazyRouteComponent(() => import("./pages/Overview"), "Overview"),
});

const research = createRoute({
  getParentRoute: () => desk,
  path: "/research",
  component: lazyRouteComponent(() => import("./pages/Research"), "Research"),
});

const backtests = createRoute({
  getParentRoute: () => desk,
  path: "/backtests",
  validateSearch: (search: Record<string, unknown>) =>
    textsOf(search, ["of", "with", "state", "sort", "like", "use", "set"]),
  component: lazyRouteComponent(() => import("./pages/Runs"), "Backtests"),
});

const backtest = createRoute({
  getParentRoute: () => desk,
  path: "/backtests/$id",
  validateSearch: (search: Record<string, unknown>): { trip?: number | undefined; trips?: string | undefined } => ({
    ...textsOf(search, ["trips"]),
    ...(typeof search.trip === "number" ? { trip: search.trip } : {}),
  }),
  component: lazyRouteComponent(() => import("./pages/Backtest"), "BacktestReport"),
});

const against = createRoute({
  getParentRoute: () => desk,
  path: "/backtests/$id/against",
  validateSearch: (search: Record<string, unknown>) => textsOf(search, ["paper", "within"]),
  component: lazyRouteComponent(() => import("./pages/Against"), "Against"),
});

const compare = createRoute({
  getParentRoute: () => desk,
  path: "/backtests/compare",
  validateSearch: (search: Record<string, unknown>) => textsOf(search, ["runs", "against"]),
  component: lazyRouteComponent(() => import("./pages/Runs"), "Compare"),
});

const sweeps = createRoute({
  getParentRoute: () => desk,
  path: "/sweeps",
  validateSearch: (search: Record<string, unknown>) => textsOf(search, ["use"]),
  component: lazyRouteComponent(() => import("./pages/Searches"), "Sweeps"),
});

const sweep = createRoute({
  getParentRoute: () => desk,
  path: "/sweeps/$id",
  validateSearch: (search: Record<string, unknown>) => textsOf(search, ["by", "x", "y", "view", "fixed", "keep"]),
  component: lazyRouteComponent(() => import("./pages/Searches"), "Sweep"),
});

const walkForward = createRoute({
  getParentRoute: () => desk,
  path: "/sweeps/walk-forwards/$id",
  component: lazyRouteComponent(() => import("./pages/Searches"), "WalkForward"),
});

const studies = createRoute({
  getParentRoute: () => desk,
  path: "/studies",
  validateSearch: (search: Record<string, unknown>) => textsOf(search, ["of", "kind", "like", "use"]),
  component: lazyRouteComponent(() => import("./pages/Examinations"), "Studies"),
});

const study = createRoute({
  getParentRoute: () => desk,
  path: "/studies/$id",
  component: lazyRouteComponent(() => import("./pages/Examinations"), "Study"),
});

const strategies = createRoute({
  getParentRoute: () => desk,
  path: "/strategies",
  validateSearch: (search: Record<string, unknown>) => textsOf(search, ["saved"]),
  component: lazyRouteComponent(() => import("./pages/Strategies"), "Strategies"),
});

const orders = createRoute({
  getParentRoute: () => desk,
  path: "/orders",
  component: lazyRouteComponent(() => import("./pages/Orders"), "Orders"),
});

const activity = createRoute({
  getParentRoute: () => desk,
  path: "/activity",
  component: lazyRouteComponent(() => import("./pages/Activity"), "Activity"),
});

const accounts = createRoute({
  getParentRoute: () => desk,
  path: "/accounts",
  component: lazyRouteComponent(() => import("./pages/Accounts"), "Accounts"),
});

const status = createRoute({
  getParentRoute: () => desk,
  path: "/status",
  component: lazyRouteComponent(() => import("./pages/Status"), "Status"),
});

const settings = createRoute({
  getParentRoute: () => desk,
  path: "/settings",
  component: lazyRouteComponent(() => import("./pages/Settings"), "Settings"),
});

function Nowhere() {
  return (
    <main className="grid min-h-dvh place-items-center p-6 text-center">
      <div>
        <h1 className="text-xl font-semibold">There is no page here</h1>
        <p className="mt-2 text-muted">The address may be mistyped.</p>
        <a href="/trade" className="mt-4 inline-block min-h-6 font-medium text-accent underline">
          Go to Trade
        </a>
      </div>
    </main>
  );
}

export const router = createRouter({
  routeTree: root.addChildren([
    home,
    signIn,
    desk.addChildren([
      overview,
      trade,
      research,
      orders,
      activity,
      accounts,
      status,
      settings,
      strategies,
      backtests,
      backtest,
      against,
      compare,
      sweeps,
      sweep,
      walkForward,
      studies,
      study,
    ]),
  ]),
  defaultPreload: "intent",
  defaultNotFoundComponent: Nowhere,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
