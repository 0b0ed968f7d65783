import { queryOptions } from "@tanstack/react-query";
import { get } from "../../api/client";
import { keys } from "../../api/keys";
import type { Job, Page, Ready } from "../../api/types";

const EVERY_MS = 5_000;

/** Whether the desk can be used, and how its parts stand; asked again every five seconds. */
export const readyQuery = queryOptions({
  queryKey: keys.ready,
  queryFn: ({ signal }) => get<Ready>("/health/ready", {}, signal),
  refetchInterval: EVERY_MS,
  staleTime: 0,
  retry: false,
});

/** The latest jobs, newest first; the stream tells when they have moved. */
export const jobsQuery = queryOptions({
  queryKey: keys.jobs,
  queryFn: ({ signal }) => get<Page<Job>>("/jobs", { limit: 20 }, signal),
  select: (page) => page.items,
});
