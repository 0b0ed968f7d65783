import { useQuery } from "@tanstack/react-query";
import clsx from "clsx";
import { useMemo } from "react";
import type { Account, EquityPoint } from "../../api/types";
import { money, moveBetween, signedMoney, signedPercent } from "../../lib/format";
import { date, exchangeDay } from "../../lib/time";
import { Chart, type Point } from "../../ui/Chart";
import { Money, toneOf } from "../../ui/Figures";
import { Answer, Panel } from "../../ui/Panel";
import { equityQuery } from "./queries";

/** What the account is worth, how that came about, and what of it is free. */
export function EquityPanel({ account }: { account: Account }) {
  const equity = useQuery(equityQuery(account.id));
  const first = equity.data?.[0]?.equity;
  const move = moveBetween(first, account.equity);
  return (
    <Panel title="Equity">
      <div className="px-4 pt-3">
        <p className="figures text-2xl leading-8 font-semibold tracking-tight" data-equity={account.equity ?? ""}>
          {money(account.equity)}{" "}
          <span className="text-sm font-normal tracking-normal text-muted">{account.currency}</span>
        </p>
        {account.equity === null ? (
          <p className="text-sm text-warn">{account.equity_reason ?? "A position has no price yet."}</p>
        ) : (
          <p className={clsx("figures text-sm font-medium", toneOf(move?.direction ?? 0))}>
            {signedMoney(move?.difference)} ({signedPercent(move?.rate)}){" "}
            <span className="font-normal text-muted">since the start</span>
          </p>
        )}
      </div>
      <div className="min-h-28 pr-1 pl-3">
        <Answer query={equity}>{(points) => <EquityLine points={points} />}</Answer>
      </div>
      <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-b-xl border-t border-line bg-line">
        <Tile name="Cash" value={account.cash} />
        <Tile name="Positions" value={account.market_value} />
        <Tile name="Held for orders" value={account.held_cash} />
        <Tile name="Buying power" value={account.buying_power} />
        {account.margin ? (
          <>
            <Tile name="Maintenance" value={account.margin.maintenance_requirement} />
            <Tile name="Maintenance excess" value={account.margin.maintenance_excess} />
          </>
        ) : null}
      </dl>
    </Panel>
  );
}

function Tile({ name, value }: { name: string; value: string | null }) {
  return (
    <div className="bg-panel px-4 py-2">
      <dt className="text-xs text-muted">{name}</dt>
      <dd>
        <Money value={value} className="font-medium" />
      </dd>
    </div>
  );
}

/** One point a day: of several on one day, the last. */
function dailyPoints(points: readonly EquityPoint[]): Point[] {
  const byDay = new Map<string, Point>();
  for (const { at, equity } of points) {
    const day = exchangeDay(at);
    if (equity === null) continue;
    byDay.set(day, { day, open: null, high: null, low: null, close: equity, volume: null });
  }
  return [...byDay.values()];
}

function EquityLine({ points }: { points: readonly EquityPoint[] }) {
  const daily = useMemo(() => dailyPoints(points), [points]);
  if (daily.length < 2)
    return <p className="px-1 py-6 text-sm text-muted">The line starts when the tape has moved one session.</p>;
  const [first, last] = [points[0], points.at(-1)];
  const caption = `Equity from ${money(first?.equity)} on ${date(first?.at)} to ${money(last?.equity)} on ${date(last?.at)}.`;
  return <Chart kind="baseline" isSmall points={daily} view="equity" caption={caption} className="h-28" />;
}
