import { Inbox } from "lucide-react";
import type { ReactNode } from "react";

/** Nothing here yet: one sentence, what to do, and how to do the same from a terminal. */
export function Empty({ sentence, command, children }: { sentence: string; command?: string; children?: ReactNode }) {
  return (
    <div className="flex flex-col items-center gap-2 px-4 py-7 text-center text-muted">
      <Inbox aria-hidden size={20} strokeWidth={1.5} />
      <p className="max-w-md text-balance">{sentence}</p>
      {command ? <code className="rounded-md bg-hover px-2 py-0.5 text-xs break-all text-muted">{command}</code> : null}
      {children}
    </div>
  );
}
