import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useEffect } from "react";
import { studyQuery } from "../../features/research/queries";
import { StudyPage } from "../../features/research/studies/StudyPage";
import { Answer } from "../../ui/Panel";
import { useReady } from "../ready";

const route = getRouteApi("/desk/studies/$id");

/** One study and what came of it. */
export function Study() {
  const { id } = route.useParams();
  const study = useQuery(studyQuery(id));
  useReady(study.data !== undefined || study.error !== null);
  useEffect(() => {
    document.title = study.data ? `${study.data.name} · Study` : "Study · Paperdesk";
  }, [study.data]);
  return (
    <Answer query={study} rows={14}>
      {(known) => <StudyPage study={known} />}
    </Answer>
  );
}
