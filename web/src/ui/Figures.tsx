import clsx from "clsx";
import { direction, money, moveBetween, signedMoney, signedPercent, signedPrice } from "../lib/format";

const TONES = { "-1": "text-down", "0": "text-muted", "1": "text-up" } as const;
type Direction = -1 | 0 | 1;

/** The text colour of a direction; always shown together with a sign. */
export function toneOf(way: Direction): string {
  return TONES[`${way}`];
}

/** Cash or value, two places. */
export function Money({ value, className }: { value: string | null | undefined; className?: string }) {
  return <span className={clsx("figures", className)}>{money(value)}</span>;
}

/** Profit or loss: sign and colour. */
export function Delta({ value, className }: { value: string | null | undefined; className?: string }) {
  return <span className={clsx("figures", toneOf(direction(value)), className)}>{signedMoney(value)}</span>;
}

interface MoveProps {
  from: string | null | undefined;
  to: string | null | undefined;
  places?: number;
  show?: "rate" | "both";
  className?: string;
}

/** The change between two prices as a rate, or as difference and rate. */
export function Move({ from, to, places = 2, show = "rate", className }: MoveProps) {
  const move = moveBetween(from, to);
  const tone = toneOf(move?.direction ?? 0);
  return (
    <span className={clsx("figures whitespace-nowrap", tone, className)}>
      {show === "both" && move
        ? `${signedPrice(move.difference, places)} (${signedPercent(move.rate)})`
        : signedPercent(move?.rate)}
    </span>
  );
}
