import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { keys } from "../api/keys";
import { ApiProblem } from "../api/problems";
import { Stream } from "../api/stream";

let isLeaving = false;

/** Leaves for the sign-in page when the session has ended, once; a full load, so that nothing of it stays in memory. */
function leave(): void {
  if (isLeaving || window.location.pathname === "/sign-in") return;
  isLeaving = true;
  window.location.assign("/sign-in");
}

function onFailure(problem: Error): void {
  if (problem instanceof ApiProblem && problem.status === 401) leave();
}

/** Server state. Events of the stream say when it is stale, so time alone rarely does. */
export const cache = new QueryClient({
  queryCache: new QueryCache({ onError: onFailure }),
  mutationCache: new MutationCache({ onError: onFailure }),
  defaultOptions: {
    queries: {
      staleTime: 60_000,
      retry: (failures, problem) => failures < 2 && problem instanceof ApiProblem && problem.isPassing,
    },
  },
});

/** The page's one live connection. */
export const stream = new Stream(cache, leave);

/** Forgets everything of the session, before the sign-in page is shown. */
export function endSession(): void {
  stream.close();
  cache.clear();
  leave();
}

/** Reads the identity again after signing in. */
export function startSession(): Promise<void> {
  return cache.resetQueries({ queryKey: keys.me });
}
