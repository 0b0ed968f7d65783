import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { NumberFormat, Preferences } from "../../api/types";
import { Button } from "../../ui/Button";
import { SelectField, TextField } from "../../ui/Field";
import { Answer, Panel } from "../../ui/Panel";
import { Problem } from "../../ui/Problem";
import { preferencesQuery, useResetPreferences, useSavePreferences } from "./queries";

const FORMATS: readonly NumberFormat[] = ["1,234.5", "1.234,5", "1 234,5", "1'234.5", "1234.5"];

/** What the reader prefers, kept by the server: it is there at the next sign-in, on any machine. */
export function PreferencesPanel() {
  const preferences = useQuery(preferencesQuery);
  return (
    <Panel title="Preferences" bodyClassName="p-4">
      <Answer query={preferences}>{(saved) => <Form key={JSON.stringify(saved)} saved={saved} />}</Answer>
    </Panel>
  );
}

function Form({ saved }: { saved: Preferences }) {
  const save = useSavePreferences();
  const reset = useResetPreferences();
  const [wanted, setWanted] = useState(saved);
  const isChanged = JSON.stringify(wanted) !== JSON.stringify(saved);
  const problem = save.error ?? reset.error;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate(wanted);
  };
  const field = (name: "time_zone" | "base_currency" | "locale") => ({
    value: wanted[name],
    onChange: (event: { target: { value: string } }) => setWanted({ ...wanted, [name]: event.target.value }),
  });
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <div className="grid gap-4 sm:grid-cols-2">
        <SelectField
          label="Numbers"
          value={wanted.number_format}
          onChange={(event) => setWanted({ ...wanted, number_format: event.target.value as NumberFormat })}
        >
          {FORMATS.map((format) => (
            <option key={format} value={format}>
              {format}
            </option>
          ))}
        </SelectField>
        <TextField label="Base currency" hint="Of accounts you open." maxLength={3} {...field("base_currency")} />
        <TextField label="Time zone" hint="Such as Europe/Zurich; markets show their own." {...field("time_zone")} />
        <TextField label="Locale" hint="Such as en-US." {...field("locale")} />
      </div>
      {problem ? <Problem problem={problem} /> : null}
      <div className="flex gap-2">
        <Button type="submit" look="primary" disabled={!isChanged || save.isPending}>
          Save
        </Button>
        <Button disabled={reset.isPending} onClick={() => reset.mutate()}>
          Reset
        </Button>
      </div>
    </form>
  );
}
