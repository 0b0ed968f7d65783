import { type FormEvent, useState } from "react";
import type { SavedStrategy } from "../../api/types";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { TextField } from "../../ui/Field";
import { type Draft, faultsIn, faultsInValues, readValue, symbolsOf, valuesOf } from "../backtests/ask";
import { ParameterFields, StrategyFields, SymbolsField } from "../backtests/RunFields";
import { FormFault, type Start } from "../backtests/RunForm";
import { useDraft } from "../backtests/useDraft";
import { useStrategyWish } from "./queries";

interface SavedFormProps extends Start {
  /** The one that is changed; a new one is saved without. */
  saved: SavedStrategy | null;
  onSaved: (id: string) => void;
  onClose: () => void;
}

const textsOf = (saved: SavedStrategy): Record<string, string> =>
  Object.fromEntries(Object.entries(saved.newest.parameters).map(([name, value]) => [name, String(value)]));

function draftTo(saved: SavedStrategy | null, draft: Draft): Draft {
  if (!saved) return draft;
  const { name, strategy, newest } = saved;
  return { ...draft, name, strategy, symbols: newest.symbols.join(", "), values: textsOf(saved) };
}

/** Saves a strategy, or changes one: other symbols or parameters make a new version. */
export function SavedForm({ strategies, templates, draft: first, saved, onSaved, onClose }: SavedFormProps) {
  const [note, setNote] = useState("");
  const wish = useStrategyWish();
  const { draft, strategy, faults, set, isRight } = useDraft(draftTo(saved, first), strategies, wish);
  if (!strategy) return null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!isRight({ ...faultsIn(draft, strategy), ...faultsInValues(draft, strategy) })) return;
    const terms = { name: draft.name.trim(), symbols: symbolsOf(draft.symbols), note: note.trim() };
    // A change names every parameter: one that goes back to its default is a change as any other.
    const all = Object.fromEntries(
      strategy.parameters.map((each) => [each.name, readValue(each, draft.values[each.name] ?? each.default)]),
    );
    const onSuccess = (done: SavedStrategy | null) => done && onSaved(done.id);
    if (saved) wish.mutate({ do: "change", id: saved.id, body: { ...terms, parameters: all } }, { onSuccess });
    else {
      const body = { ...terms, strategy: draft.strategy, parameters: valuesOf(draft, strategy), is_published: false };
      wish.mutate({ do: "save", body }, { onSuccess });
    }
  };
  const fields = { draft, faults, set, strategy };
  return (
    <Dialog title={saved ? `Change ${saved.name}` : "Save a strategy"} onClose={onClose}>
      <form onSubmit={submit} className="flex flex-col gap-3.5" noValidate data-ask="strategy">
        {saved ? (
          <>
            <TextField
              label="Name"
              maxLength={80}
              error={faults.name ?? null}
              value={draft.name}
              onChange={(event) => set({ name: event.target.value })}
            />
            <ParameterFields {...fields} />
          </>
        ) : (
          <StrategyFields {...fields} {...{ strategies, templates }} />
        )}
        <SymbolsField {...fields} />
        <TextField
          label="Note"
          hint="What is to be remembered of this version."
          maxLength={500}
          value={note}
          onChange={(event) => setNote(event.target.value)}
        />
        <FormFault faults={faults} />
        <Button type="submit" look="primary" size="large" disabled={wish.isPending}>
          {saved ? "Save the change" : "Save"}
        </Button>
      </form>
    </Dialog>
  );
}
