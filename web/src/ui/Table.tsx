import clsx from "clsx";
import type { ReactNode } from "react";

/** One column: what its header says and what a row shows under it. */
export interface Column<Row> {
  name: string;
  cell: (row: Row) => ReactNode;
  /** Figures go right. */
  right?: boolean;
  /** Left out on phones, where a row must fit 360 px. */
  wideOnly?: boolean;
  hideName?: boolean;
  /** What stands in the header instead of its name, and which way it sorts: see Sorting. */
  head?: ReactNode;
  order?: "ascending" | "descending" | undefined;
  /** The member that the header sorts by. */
  sort?: string;
}

interface TableProps<Row> {
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  isChosen?: (row: Row) => boolean;
}

const cellClass = <Row,>(column: Column<Row>) =>
  clsx("px-2 py-2", column.right ? "text-right figures" : "text-left", column.wideOnly && "hidden sm:table-cell");

/** A dense table that scrolls sideways inside itself, never the page. */
export function Table<Row>({ caption, columns, rows, rowKey, isChosen }: TableProps<Row>) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable from the keyboard
    <section className="quiet-scroll relative overflow-x-auto px-2" tabIndex={0} aria-label={caption}>
      <table className="w-full border-collapse">
        <caption className="sr-only">{caption}</caption>
        <thead>
          <tr className="text-xs text-muted">
            {columns.map((column) => (
              <th
                key={column.name}
                scope="col"
                aria-sort={column.order}
                className={clsx(cellClass(column), "font-medium whitespace-nowrap")}
              >
                {column.hideName ? <span className="sr-only">{column.name}</span> : (column.head ?? column.name)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr
              key={rowKey(row)}
              className={clsx("border-t border-line hover:bg-hover", isChosen?.(row) && "bg-accent-soft")}
            >
              {columns.map((column) => (
                <td key={column.name} className={cellClass(column)}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
