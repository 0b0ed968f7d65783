import { useQuery } from "@tanstack/react-query";
import type { Job } from "../../api/types";
import { dateTime, utc } from "../../lib/time";
import { Empty } from "../../ui/Empty";
import { Answer, Panel } from "../../ui/Panel";
import { type Column, Table } from "../../ui/Table";
import { jobsQuery } from "./queries";

const word = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1).replaceAll("_", " ");

const COLUMNS: readonly Column<Job>[] = [
  { name: "Job", cell: (job) => <span className="font-medium">{word(job.kind)}</span> },
  { name: "State", cell: (job) => word(job.state) },
  { name: "Done", right: true, cell: (job) => `${Math.round(job.progress * 100)}%` },
  { name: "Says", wideOnly: true, cell: (job) => job.message },
  {
    name: "Asked",
    wideOnly: true,
    cell: (job) => (
      <span className="figures whitespace-nowrap text-muted" title={utc(job.created_at)}>
        {dateTime(job.created_at)}
      </span>
    ),
  },
];

/** The latest jobs and how far they are. */
export function JobsPanel() {
  const jobs = useQuery(jobsQuery);
  return (
    <Panel title="Jobs" count={jobs.data?.length}>
      <Answer query={jobs}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty sentence="No jobs. Imports and other long work show here." command="paperdesk jobs list" />
          ) : (
            <Table caption="Jobs" columns={COLUMNS} rows={rows} rowKey={(job) => job.id} />
          )
        }
      </Answer>
    </Panel>
  );
}
