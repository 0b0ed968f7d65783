import { OrdersPage } from "../../features/broker/OrdersPage";
import { DeskPage } from "../DeskPage";

/** Every order of the chosen account. */
export function Orders() {
  return <DeskPage title="Orders">{({ account }) => <OrdersPage key={account.id} accountId={account.id} />}</DeskPage>;
}
