import clsx from "clsx";
import type { Order } from "../../api/types";

const LOOKS = {
  accepted: "bg-accent-soft text-accent",
  partially_filled: "bg-accent-soft text-accent",
  filled: "bg-up-soft text-up",
  cancelled: "bg-hover text-muted",
  expired: "bg-hover text-muted",
  replaced: "bg-hover text-muted",
  rejected: "bg-down-soft text-down",
} as const;

const WORDS = {
  accepted: "Working",
  partially_filled: "Partly filled",
  filled: "Filled",
  cancelled: "Cancelled",
  expired: "Expired",
  replaced: "Replaced",
  rejected: "Rejected",
} as const;

/** An order's state in one word; waiting for the open is said, not hidden. */
export function StatusChip({ order }: { order: Order }) {
  const words = order.waits_for === "next_open" ? "Waits for open" : WORDS[order.status];
  return (
    <span
      className={clsx(
        "inline-block rounded-md px-1.5 text-xs leading-5 font-medium whitespace-nowrap",
        LOOKS[order.status],
      )}
      title={order.closed_reason ?? undefined}
      data-status={order.status}
    >
      {words}
    </span>
  );
}

/** Buy or sell, in word and colour. */
export function SideWord({ side }: { side: Order["side"] }) {
  return (
    <span className={clsx("font-medium", side === "buy" ? "text-up" : "text-down")}>
      {side === "buy" ? "Buy" : "Sell"}
    </span>
  );
}
