import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import type { Account } from "../../api/types";
import { Empty } from "../../ui/Empty";
import { Answer, Panel } from "../../ui/Panel";
import { FillsTable } from "./FillsTable";
import { OrdersTable } from "./OrdersTable";
import { PositionsTable } from "./PositionsTable";
import { fillsQuery, ordersQuery, positionsQuery } from "./queries";

const FILLS_SHOWN = 8;

/** What the account holds, has working and has filled last. */
export function Holdings({ account, onChoose }: { account: Account; onChoose: (symbol: string) => void }) {
  const positions = useQuery(positionsQuery(account.id));
  const working = useInfiniteQuery(ordersQuery(account.id, "open"));
  const fills = useQuery(fillsQuery(account.id));
  return (
    <div className="flex min-w-0 flex-col gap-3 max-md:order-2">
      <Panel title="Positions" count={positions.data?.length}>
        <Answer query={positions}>{(rows) => <PositionsTable positions={rows} onChoose={onChoose} />}</Answer>
      </Panel>
      <div className="grid items-stretch gap-3 min-[1680px]:grid-cols-2">
        <Panel title="Working orders" count={working.data?.length}>
          <Answer query={working}>
            {(rows) =>
              rows.length === 0 ? (
                <Empty sentence="No working orders." command="paperdesk orders" />
              ) : (
                <OrdersTable orders={rows} caption="Working orders" isShort />
              )
            }
          </Answer>
        </Panel>
        <Panel title="Recent fills">
          <Answer query={fills}>{(rows) => <FillsTable fills={rows.slice(0, FILLS_SHOWN)} />}</Answer>
        </Panel>
      </div>
    </div>
  );
}
