import { Link } from "@tanstack/react-router";

const STEPS = [
  "Open an account on a tape: a market of recorded or synthetic prices with a clock of its own.",
  "Write an order on the Trade page. It waits until the tape moves, because nobody fills at a price already seen.",
  "Step the tape, and see the fill, the position, the ledger and your equity.",
];

/** What somebody sees who has no account yet. */
export function Welcome({ name }: { name: string | undefined }) {
  return (
    <section className="mx-auto flex max-w-2xl flex-col gap-4 rounded-xl border border-line bg-panel p-6" data-welcome>
      <h1 className="text-xl font-semibold">Welcome to Paperdesk{name ? `, ${name}` : ""}</h1>
      <ol className="flex list-decimal flex-col gap-2 pl-5 text-muted">
        {STEPS.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
      <Link
        to="/accounts"
        className="inline-flex min-h-11 items-center justify-center rounded-lg bg-accent px-4 font-semibold text-on-accent"
      >
        Open your first account
      </Link>
    </section>
  );
}
