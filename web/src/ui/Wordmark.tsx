import clsx from "clsx";

/** The product's mark and name. */
export function Wordmark({ className, isBare = false }: { className?: string; isBare?: boolean }) {
  return (
    <span className={clsx("flex items-center gap-2.5 font-semibold tracking-tight", className)}>
      <img src="/favicon.svg" alt={isBare ? "Paperdesk" : ""} width={28} height={28} />
      {isBare ? null : "Paperdesk"}
    </span>
  );
}
