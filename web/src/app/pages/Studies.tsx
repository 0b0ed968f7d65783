import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { studiesQuery } from "../../features/research/queries";
import { StudiesList } from "../../features/research/studies/StudiesList";
import { StudyForm } from "../../features/research/studies/StudyForm";
import { kindNamed } from "../../features/research/studies/terms";
import { deskOnly } from "../../lib/search";
import { useAccounts } from "../desk";
import { useReady } from "../ready";

const route = getRouteApi("/desk/studies");

/** Studies and how far they are, and a form for the next. */
export function Studies() {
  const { of, kind, like, use, symbol } = route.useSearch();
  const { accounts, chosen } = useAccounts();
  const navigate = useNavigate();
  const studies = useInfiniteQuery(studiesQuery(kindNamed(of)));
  useReady(studies.data !== undefined || studies.error !== null);
  const look = (change: { of?: string | undefined; kind?: string }) =>
    navigate({ to: ".", replace: true, resetScroll: false, search: (search) => ({ ...search, ...change }) });
  return (
    <div className="grid items-start gap-3 lg:grid-cols-[minmax(0,1fr)_24rem]">
      <h1 className="sr-only">Studies</h1>
      <StudiesList kind={kindNamed(of)} onKind={(next) => look({ of: next })} />
      {accounts.isPending ? null : (
        <StudyForm
          key={`${like} ${use}`}
          {...{ like, symbol }}
          strategy={use}
          tapeId={chosen?.tape_id ?? null}
          kind={kindNamed(kind) ?? "cross_validation"}
          onKind={(next) => look({ kind: next })}
          onAsked={(id) => navigate({ to: "/studies/$id", params: { id }, search: deskOnly })}
        />
      )}
    </div>
  );
}
