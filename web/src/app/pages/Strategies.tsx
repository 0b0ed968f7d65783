import { useQuery } from "@tanstack/react-query";
import { strategiesQuery } from "../../features/backtests/queries";
import { StrategiesPage } from "../../features/strategies/StrategiesPage";
import { useReady } from "../ready";

/** The strategies that can be run. */
export function Strategies() {
  const strategies = useQuery(strategiesQuery);
  useReady(strategies.data !== undefined || strategies.error !== null);
  return (
    <>
      <h1 className="sr-only">Strategies</h1>
      <StrategiesPage />
    </>
  );
}
