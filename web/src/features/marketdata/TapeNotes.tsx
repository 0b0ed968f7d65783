import { Info } from "lucide-react";
import type { Tape } from "../../api/types";

const BASES = { raw: "Raw prices", split: "Split-adjusted prices", total_return: "Total-return closes" } as const;

function Fact({ name, value }: { name: string; value: string | null }) {
  if (!value) return null;
  return (
    <div>
      <dt className="text-xs font-medium">{name}</dt>
      <dd className="text-text">{value}</dd>
    </div>
  );
}

/** What these prices are and are not: the tape's own warnings, its licence and where it came from. */
export function TapeNotes({ tape }: { tape: Tape }) {
  const notes = tape.warnings.length > 0 ? tape.warnings : [BASES[tape.price_basis]];
  const summary = [tape.label, ...notes].filter(Boolean).join(" · ");
  return (
    <details className="group border-t border-line text-sm text-muted">
      <summary className="flex min-h-9 list-none items-center gap-2 rounded-b-xl px-4 py-1.5 hover:bg-hover">
        <Info aria-hidden size={15} className="shrink-0 text-warn" />
        <span className="min-w-0">{summary}</span>
        <span className="ml-auto shrink-0 text-accent group-open:hidden">About these prices</span>
        <span className="ml-auto hidden shrink-0 text-accent group-open:inline">Less</span>
      </summary>
      <dl className="grid gap-x-6 gap-y-2 px-4 pt-1 pb-4 sm:grid-cols-2">
        <Fact name="Tape" value={`${tape.name} (${tape.kind})`} />
        <Fact name="Prices" value={BASES[tape.price_basis]} />
        <Fact name="Source" value={tape.source} />
        <Fact name="Licence" value={tape.licence} />
        <Fact name="Provenance" value={tape.provenance} />
        <Fact name="Survivorship" value={tape.survivorship} />
        <Fact name="Fields" value={tape.fields.join(", ")} />
        <Fact name="Volume" value={tape.has_volume ? "recorded" : "not recorded"} />
      </dl>
    </details>
  );
}
