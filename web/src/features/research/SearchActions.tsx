import { useNavigate } from "@tanstack/react-router";
import type { Sweep } from "../../api/types";
import { deskOnly } from "../../lib/search";
import { Button } from "../../ui/Button";
import { DeleteButton } from "../../ui/DeleteButton";
import { Problem } from "../../ui/Problem";
import { type SearchList, useSearchWish } from "./queries";

interface SearchActionsProps {
  search: Pick<Sweep, "id" | "state">;
  of: SearchList;
  /** The page to go to once it is deleted. */
  listedAt: "/sweeps" | "/studies";
  /** Whether what was stopped can go on. */
  canResume?: boolean;
}

/** Stops what is under way, goes on with what was stopped, and deletes what has ended. */
export function SearchActions({ search, of, listedAt, canResume = false }: SearchActionsProps) {
  const wish = useSearchWish();
  const navigate = useNavigate();
  const { id, state } = search;
  const isOpen = state === "waiting" || state === "running";
  const isHalf = state === "cancelled" || state === "failed";
  const leave = () => navigate({ to: listedAt, search: deskOnly });
  return (
    <div className="flex flex-wrap items-center gap-2">
      {isOpen ? (
        <Button
          look="danger"
          size="small"
          disabled={wish.isPending}
          onClick={() => wish.mutate({ do: "cancel", of, id })}
        >
          Stop
        </Button>
      ) : null}
      {canResume && isHalf ? (
        <Button size="small" disabled={wish.isPending} onClick={() => wish.mutate({ do: "resume", of, id })}>
          Run the rest
        </Button>
      ) : null}
      {isOpen ? null : (
        <DeleteButton
          disabled={wish.isPending}
          onDelete={() => wish.mutate({ do: "delete", of, id }, { onSuccess: leave })}
        />
      )}
      {wish.error ? <Problem problem={wish.error} /> : null}
    </div>
  );
}
