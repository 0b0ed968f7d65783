import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useEffect } from "react";
import { walkQuery } from "../../features/research/queries";
import { WalkPage } from "../../features/research/WalkPage";
import { Answer } from "../../ui/Panel";
import { useReady } from "../ready";

const route = getRouteApi("/desk/sweeps/walk-forwards/$id");

/** One walk forward: its folds, and what was kept. */
export function WalkForward() {
  const { id } = route.useParams();
  const walk = useQuery(walkQuery(id));
  useReady(walk.data !== undefined || walk.error !== null);
  useEffect(() => {
    document.title = walk.data ? `${walk.data.name} · Walk forward` : "Walk forward · Paperdesk";
  }, [walk.data]);
  return (
    <Answer query={walk} rows={14}>
      {(known) => <WalkPage walk={known} />}
    </Answer>
  );
}
