import type { ReactNode } from "react";
import type { Account, Tape } from "../api/types";
import { Empty } from "../ui/Empty";
import { Loading } from "../ui/Panel";
import { Problem } from "../ui/Problem";
import { useDesk } from "./desk";
import { useReady } from "./ready";

interface DeskPageProps {
  title: string;
  children: (desk: { account: Account; tape: Tape }) => ReactNode;
}

/** A page that needs an account and its tape: shows it once both are known, and says why when they are not. */
export function DeskPage({ title, children }: DeskPageProps) {
  const { account, tape, problem, retry } = useDesk();
  const isKnown = account !== undefined && tape !== undefined && tape !== null;
  useReady(isKnown || problem !== null || tape === null);
  if (isKnown) {
    return (
      <>
        {title ? <h1 className="sr-only">{title}</h1> : null}
        {children({ account, tape })}
      </>
    );
  }
  if (problem) return <Problem problem={problem} onRetry={retry} />;
  if (tape === null) return <Empty sentence="The tape this account lives on is not among those you may read." />;
  return <Loading rows={8} />;
}
