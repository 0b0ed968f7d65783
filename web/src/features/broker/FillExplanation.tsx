import { useQuery } from "@tanstack/react-query";
import type { Explanation, Fill } from "../../api/types";
import { price, quantity } from "../../lib/format";
import { dateTime } from "../../lib/time";
import { Dialog } from "../../ui/Dialog";
import { Answer } from "../../ui/Panel";
import { explanationQuery } from "./queries";

const PARTS = [
  ["spread", "Half the spread"],
  ["impact", "Own impact"],
  ["latency", "Latency"],
  ["queue", "Queue at the limit"],
  ["volatility", "A market that moves more than usual"],
  ["time_of_day", "The time of day"],
  ["noise", "Noise"],
  ["rounding", "Rounding to the tick"],
] as const;

/** Why a fill got its price: every part of it in money, the fees, and the rules by name. */
export function FillExplanation({ fill, onClose }: { fill: Fill; onClose: () => void }) {
  const explanation = useQuery(explanationQuery(fill.id));
  return (
    <Dialog title={`Why ${price(fill.price)}?`} onClose={onClose}>
      <Answer query={explanation} rows={6}>
        {(told) => <Told told={told} />}
      </Answer>
    </Dialog>
  );
}

function Told({ told }: { told: Explanation }) {
  const fees = Object.entries(told.fees);
  return (
    <>
      <p>{told.sentence}</p>
      <dl className="flex flex-col gap-1 rounded-lg bg-raised px-3 py-2.5 text-sm" data-explanation={told.fill_id}>
        <Part name={`Base: ${told.base}`} amount={told.parts.base} />
        {PARTS.map(([part, name]) => (
          <Part key={part} name={name} amount={told.parts[part]} isAddition />
        ))}
        <div className="mt-1 flex justify-between gap-3 border-t border-line pt-1.5 font-semibold">
          <dt>Price of one</dt>
          <dd className="figures">{price(told.price)}</dd>
        </div>
      </dl>
      {fees.length > 0 ? (
        <dl className="flex flex-col gap-1 px-3 text-sm">
          {fees.map(([kind, amount]) => (
            <Part key={kind} name={`Fee: ${kind.replaceAll("_", " ")}`} amount={amount} />
          ))}
        </dl>
      ) : null}
      <p className="text-xs text-muted">
        {told.side === "buy" ? "Bought" : "Sold"} {quantity(told.quantity)} {told.symbol}, {dateTime(told.at)}. Model{" "}
        {told.fill_model}, rules {told.rules.map((rule) => rule.replaceAll("_", " ")).join(", ")}.
      </p>
    </>
  );
}

function Part({ name, amount, isAddition = false }: { name: string; amount: string; isAddition?: boolean }) {
  const sign = isAddition && !amount.startsWith("-") && amount !== "0" ? "+" : "";
  return (
    <div className="flex items-baseline justify-between gap-3">
      <dt className="text-muted">{name}</dt>
      <dd className="figures text-right">
        {sign}
        {amount}
      </dd>
    </div>
  );
}
