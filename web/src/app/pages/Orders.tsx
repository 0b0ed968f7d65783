import { OrdersPage } from "../../features/broker/OrdersPage";
import { DeskPage } from "../DeskPage";
import { useLink } from "../desk";

/** Every order of the chosen account, and a ticket for the next. */
export function Orders() {
  const link = useLink();
  const blockedBecause = link.state === "lost" ? "The live connection is lost. Sending is off until it is back." : null;
  return (
    <DeskPage title="Orders">
      {(desk) => <OrdersPage key={desk.account.id} {...desk} {...{ blockedBecause }} />}
    </DeskPage>
  );
}
