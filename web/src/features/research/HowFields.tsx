import type { Objective, Search } from "../../api/types";
import { SelectField, TextField } from "../../ui/Field";
import type { Faults } from "../backtests/ask";
import type { OBJECTIVES, SEARCHES, Searching } from "./searching";

interface HowFieldsProps {
  how: Searching;
  onChange: (change: Partial<Searching>) => void;
  faults: Faults;
  searches: typeof SEARCHES;
  objectives: typeof OBJECTIVES;
}

/** Which combinations are tried, how many, and which is the best. */
export function HowFields({ how, onChange, faults, searches, objectives }: HowFieldsProps) {
  return (
    <>
      <SelectField
        label="Search"
        error={faults.search ?? null}
        value={how.search}
        onChange={(event) => onChange({ search: event.target.value as Search })}
      >
        {searches.map(([name, said]) => (
          <option key={name} value={name}>
            {said}
          </option>
        ))}
      </SelectField>
      <TextField
        label="Trials"
        hint="Empty: all."
        inputMode="numeric"
        error={faults.trials ?? null}
        value={how.trials}
        onChange={(event) => onChange({ trials: event.target.value })}
      />
      <SelectField
        label="Best by"
        className="col-span-2"
        value={how.objective}
        onChange={(event) => onChange({ objective: event.target.value as Objective })}
      >
        {objectives.map(([name, said]) => (
          <option key={name} value={name}>
            {said}
          </option>
        ))}
      </SelectField>
    </>
  );
}
