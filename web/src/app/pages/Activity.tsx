import { ActivityPage } from "../../features/broker/ActivityPage";
import { DeskPage } from "../DeskPage";

/** The ledger of the chosen account. */
export function Activity() {
  return (
    <DeskPage title="Activity">{({ account }) => <ActivityPage key={account.id} accountId={account.id} />}</DeskPage>
  );
}
