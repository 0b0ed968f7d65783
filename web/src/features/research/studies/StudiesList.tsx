import { useInfiniteQuery } from "@tanstack/react-query";
import type { Study, StudyKind } from "../../../api/types";
import { Button } from "../../../ui/Button";
import { Empty } from "../../../ui/Empty";
import { Answer, Panel } from "../../../ui/Panel";
import { Table } from "../../../ui/Table";
import { columnsTo, OlderOnes } from "../listing";
import { studiesQuery } from "../queries";
import { KINDS, kindNamed, kindSaid } from "./terms";

const COLUMNS = columnsTo<Study>("/studies/$id", (study) => kindSaid(study.kind));

interface StudiesListProps {
  kind: StudyKind | undefined;
  onKind: (kind: StudyKind | undefined) => void;
}

/** Studies of a kind or of all, newest first. */
export function StudiesList({ kind, onKind }: StudiesListProps) {
  const studies = useInfiniteQuery(studiesQuery(kind));
  return (
    <Panel
      title="Studies"
      count={studies.data?.length}
      actions={
        <select
          aria-label="Kind of study"
          className="control"
          value={kind ?? ""}
          onChange={(event) => onKind(kindNamed(event.target.value))}
        >
          <option value="">All kinds</option>
          {KINDS.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      }
    >
      <Answer query={studies} rows={6}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty
              sentence={
                kind
                  ? "No study is of this kind."
                  : "No studies yet: they ask whether what a backtest brought can be believed."
              }
              command="paperdesk studies leaks sma_cross AAPL"
            >
              {kind ? (
                <Button size="small" onClick={() => onKind(undefined)}>
                  Show all studies
                </Button>
              ) : null}
            </Empty>
          ) : (
            <Table caption="Studies" columns={COLUMNS} rows={rows} rowKey={(study) => study.id} />
          )
        }
      </Answer>
      <OlderOnes query={studies} />
    </Panel>
  );
}
