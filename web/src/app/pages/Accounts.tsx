import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { AccountsPanel } from "../../features/broker/AccountsPanel";
import { accountsQuery } from "../../features/broker/queries";
import { useAccounts } from "../desk";
import { useReady } from "../ready";

/** All accounts: seen, chosen, opened, looked after, closed. */
export function Accounts() {
  const accounts = useQuery(accountsQuery);
  const { chosen } = useAccounts();
  const navigate = useNavigate();
  useReady(accounts.data !== undefined || accounts.error !== null);
  return (
    <>
      <h1 className="sr-only">Accounts</h1>
      <AccountsPanel
        chosen={chosen?.id ?? null}
        onChoose={(account) => navigate({ to: ".", search: { account }, replace: true })}
      />
    </>
  );
}
