import { OverviewPage } from "../../features/broker/OverviewPage";
import { DeskPage } from "../DeskPage";

/** Equity, positions and results of the chosen account. */
export function Overview() {
  return <DeskPage title="Overview">{({ account }) => <OverviewPage account={account} />}</DeskPage>;
}
