import type { DrawnFigure } from "../../api/types";
import { figure, percent } from "../../lib/format";
import { type Column, Table } from "../../ui/Table";

/** A figure of a run beside what it came to when the run was drawn or shaken many times. */
export interface Drawn extends DrawnFigure {
  name: string;
  isRatio: boolean;
}

const shown = (row: Drawn, value: number | undefined): string => (row.isRatio ? figure(value, 3) : percent(value, 1));

const COLUMNS: readonly Column<Drawn>[] = [
  { name: "Figure", cell: (row) => row.name },
  { name: "Was", right: true, cell: (row) => <span className="font-medium">{shown(row, row.was)}</span> },
  { name: "5%", right: true, cell: (row) => shown(row, row.quantiles["0.05"]) },
  { name: "Half", right: true, cell: (row) => shown(row, row.quantiles["0.5"]) },
  { name: "95%", right: true, cell: (row) => shown(row, row.quantiles["0.95"]) },
  { name: "Worse", right: true, wideOnly: true, cell: (row) => percent(row.share_worse, 0) },
];

/** Figures as they were, and how they spread; "worse" is the share below what it was. */
export function DrawnTable({ caption, rows }: { caption: string; rows: readonly Drawn[] }) {
  return <Table caption={caption} columns={COLUMNS} rows={rows} rowKey={(row) => row.name} />;
}
