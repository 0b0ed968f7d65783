import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { sweepQuery } from "../../features/research/queries";
import { SweepPage } from "../../features/research/SweepPage";
import { Answer } from "../../ui/Panel";
import { useReady } from "../ready";

const route = getRouteApi("/desk/sweeps/$id");

/** One sweep: its surface and its trials. */
export function Sweep() {
  const { id } = route.useParams();
  const view = route.useSearch();
  const navigate = useNavigate();
  const sweep = useQuery(sweepQuery(id));
  useReady(sweep.data !== undefined || sweep.error !== null);
  useEffect(() => {
    document.title = sweep.data ? `${sweep.data.name} · Sweep` : "Sweep · Paperdesk";
  }, [sweep.data]);
  return (
    <Answer query={sweep} rows={14}>
      {(known) => (
        <SweepPage
          sweep={known}
          view={view}
          onView={(change) =>
            navigate({ to: ".", replace: true, resetScroll: false, search: (search) => ({ ...search, ...change }) })
          }
        />
      )}
    </Answer>
  );
}
