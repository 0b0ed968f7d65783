import type { Column } from "./Table";

/** Columns whose headers sort: pressed once from the highest, again from the lowest. */
export function sorting<Row>(
  columns: readonly Column<Row>[],
  sorted: string,
  onSort: (sort: string) => void,
): Column<Row>[] {
  return columns.map((column) => {
    const { sort, name } = column;
    if (!sort) return column;
    const order = sorted === sort ? "ascending" : sorted === `-${sort}` ? "descending" : undefined;
    const press = () => onSort(order === "descending" ? sort : `-${sort}`);
    return { ...column, head: <SortHeader name={name} order={order} onPress={press} />, order };
  });
}

function SortHeader({ name, order, onPress }: { name: string; order: string | undefined; onPress: () => void }) {
  return (
    <button type="button" className="-mx-1 min-h-6 rounded px-1 font-medium hover:text-text" onClick={onPress}>
      {name}
      <span aria-hidden>{order === "ascending" ? " ↑" : order ? " ↓" : ""}</span>
    </button>
  );
}
