import { useQuery } from "@tanstack/react-query";
import { HealthPanel } from "../../features/operations/HealthPanel";
import { JobsPanel } from "../../features/operations/JobsPanel";
import { readyQuery } from "../../features/operations/queries";
import { useReady } from "../ready";

/** How the desk itself is: its parts, and the long work it does. */
export function Status() {
  const ready = useQuery(readyQuery);
  useReady(ready.data !== undefined || ready.error !== null);
  return (
    <div className="flex flex-col gap-3">
      <h1 className="sr-only">Status</h1>
      <HealthPanel />
      <JobsPanel />
    </div>
  );
}
