import { useQuery } from "@tanstack/react-query";
import { useId } from "react";
import type { Strategy, StrategyParameter, StrategyTemplate, Tape } from "../../api/types";
import { date } from "../../lib/time";
import { Choice, SelectField, TextField } from "../../ui/Field";
import { instrumentsQuery } from "../marketdata/queries";
import { type Draft, type Faults, FEES, FILL_MODELS, isFlag, isNumber, symbolsSaid, wordOf } from "./ask";

interface FieldsProps {
  draft: Draft;
  faults: Faults;
  set: (change: Partial<Draft>) => void;
}

interface StrategyFieldsProps extends FieldsProps {
  strategies: readonly Strategy[];
  templates: readonly StrategyTemplate[];
  strategy: Strategy;
  /** Takes several values or steps of a number, as a search needs them. */
  canRange?: boolean;
}

/** Which strategy, and with what: a field for each parameter that it declares. */
export function StrategyFields({ strategies, templates, strategy, canRange = false, ...rest }: StrategyFieldsProps) {
  const { draft, faults, set } = rest;
  const choose = (name: string) => {
    const template = templates.find((each) => `template:${each.name}` === name);
    const next = template?.strategy ?? name;
    const wasNamed = draft.name.trim() !== "" && draft.name !== wordOf(draft.strategy);
    const values = Object.fromEntries(
      Object.entries(template?.parameters ?? {}).map(([each, value]) => [each, String(value)]),
    );
    set({ strategy: next, values, name: wasNamed ? draft.name : wordOf(template?.name ?? next) });
  };
  return (
    <>
      <SelectField
        label="Strategy"
        hint={strategy.description}
        error={faults.strategy ?? null}
        value={strategy.name}
        onChange={(event) => choose(event.target.value)}
      >
        <optgroup label="Strategies">
          {strategies.map(({ name }) => (
            <option key={name} value={name}>
              {wordOf(name)}
            </option>
          ))}
        </optgroup>
        <optgroup label="Start from a template">
          {templates.map(({ name, description }) => (
            <option key={name} value={`template:${name}`}>
              {wordOf(name)}: {description}
            </option>
          ))}
        </optgroup>
      </SelectField>
      <TextField
        label="Name"
        maxLength={80}
        error={faults.name ?? null}
        value={draft.name}
        onChange={(event) => set({ name: event.target.value })}
      />
      <ParameterFields {...{ draft, faults, set, strategy, canRange }} />
    </>
  );
}

interface ParameterFieldsProps extends FieldsProps {
  strategy: Strategy;
  canRange?: boolean;
}

/** A field for each parameter that a strategy declares. */
export function ParameterFields({ draft, faults, set, strategy, canRange = false }: ParameterFieldsProps) {
  if (strategy.parameters.length === 0) return null;
  return (
    <fieldset className="rounded-lg border border-line bg-raised p-3 pt-2">
      <legend className="px-1 text-sm font-medium text-muted">Parameters</legend>
      {canRange ? (
        <p className="mb-2 text-xs text-muted">
          One value, several with commas (5, 10, 20), or steps from : to : step (5:50:5).
        </p>
      ) : null}
      <div className="grid grid-cols-2 gap-x-3 gap-y-2.5">
        {strategy.parameters.map((parameter) => (
          <ParameterField
            key={`${strategy.name}.${parameter.name}`}
            {...{ parameter, canRange }}
            value={draft.values[parameter.name] ?? parameter.default}
            fault={faults[`parameters.${parameter.name}`] ?? null}
            onChange={(value) => set({ values: { ...draft.values, [parameter.name]: value } })}
          />
        ))}
      </div>
    </fieldset>
  );
}

interface ParameterFieldProps {
  parameter: StrategyParameter;
  value: string;
  fault: string | null;
  canRange: boolean;
  onChange: (value: string) => void;
}

function ParameterField({ parameter, value, fault, canRange, onChange }: ParameterFieldProps) {
  const label = wordOf(parameter.name);
  if (!canRange && (parameter.choices.length > 0 || isFlag(parameter))) {
    const choices = isFlag(parameter) ? ["true", "false"] : parameter.choices;
    return (
      <SelectField label={label} error={fault} value={value} onChange={(event) => onChange(event.target.value)}>
        {choices.map((choice) => (
          <option key={choice} value={choice}>
            {wordOf(choice)}
          </option>
        ))}
      </SelectField>
    );
  }
  return (
    <TextField
      label={label}
      hint={isNumber(parameter) ? `${parameter.at_least} to ${parameter.at_most}` : parameter.said}
      error={fault}
      inputMode={canRange ? "text" : "decimal"}
      autoComplete="off"
      value={value}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}

interface TapeFieldsProps extends FieldsProps {
  tapes: readonly Tape[];
}

/** Which market over which days. */
export function MarketFields({ strategy, ...rest }: TapeFieldsProps & { strategy: Strategy }) {
  return (
    <>
      <SymbolsField {...rest} strategy={strategy} />
      <TapeFields {...rest} />
    </>
  );
}

/** As many symbols as a strategy trades. */
export function SymbolsField({ draft, faults, set, strategy }: FieldsProps & { strategy: Strategy }) {
  const known = useId();
  const instruments = useQuery({ ...instrumentsQuery(draft.tapeId), enabled: draft.tapeId !== "" });
  const isOne = strategy.symbols_most === 1;
  return (
    <>
      <TextField
        label={isOne ? "Symbol" : "Symbols"}
        hint={symbolsSaid(strategy)}
        error={faults.symbols ?? null}
        autoComplete="off"
        list={isOne ? known : undefined}
        value={draft.symbols}
        onChange={(event) => set({ symbols: event.target.value })}
      />
      <datalist id={known}>
        {instruments.data?.map(({ symbol, name }) => (
          <option key={symbol} value={symbol}>
            {name}
          </option>
        ))}
      </datalist>
    </>
  );
}

/** Which tape, and from when to when. */
export function TapeFields({ draft, faults, set, tapes }: TapeFieldsProps) {
  const tape = tapes.find((each) => each.id === draft.tapeId);
  return (
    <>
      <SelectField
        label="Tape"
        error={faults.tape_id ?? null}
        hint={tape ? `Its clock stands at ${date(tape.at)}; a run sees nothing later.` : undefined}
        value={draft.tapeId}
        onChange={(event) => set({ tapeId: event.target.value })}
      >
        {tapes.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </SelectField>
      <div className="grid grid-cols-2 gap-3">
        <TextField
          label="From"
          type="date"
          hint="Empty: where the tape begins."
          error={faults.starts_at ?? null}
          value={draft.from}
          onChange={(event) => set({ from: event.target.value })}
        />
        <TextField
          label="To"
          type="date"
          hint="Empty: the tape's clock."
          error={faults.to ?? faults.ends_at ?? null}
          value={draft.to}
          onChange={(event) => set({ to: event.target.value })}
        />
      </div>
    </>
  );
}

const MODES = [
  { value: "events", label: "Exact engine" },
  { value: "compiled", label: "Compiled" },
] as const;

/** Under which terms: friction, fees, cash, and what it is measured by. */
export function TermFields({ draft, faults, set }: FieldsProps) {
  const isFar = ["cash", "fees", "benchmark", "risk_free"].some((field) => faults[field]);
  return (
    <>
      <SelectField
        label="Friction"
        error={faults.fill_model ?? null}
        value={draft.fillModel}
        onChange={(event) => set({ fillModel: event.target.value })}
      >
        {FILL_MODELS.some(([name]) => name === draft.fillModel) ? null : <option>{draft.fillModel}</option>}
        {FILL_MODELS.map(([name, said]) => (
          <option key={name} value={name}>
            {said}
          </option>
        ))}
      </SelectField>
      <div>
        <Choice label="Engine" value={draft.mode} choices={MODES} onChange={(mode) => set({ mode })} />
        <p className={faults.mode ? "mt-1 text-sm text-down" : "mt-1 text-xs text-muted"}>
          {faults.mode ?? "Compiled comes to the same, sooner, or is refused."}
        </p>
      </div>
      <details className="rounded-lg border border-line px-3 py-2" open={isFar || undefined}>
        <summary className="min-h-6 text-sm font-medium text-muted">Cash, fees, benchmark</summary>
        <div className="mt-2 grid grid-cols-2 gap-3">
          <TextField
            label="Cash to begin with"
            inputMode="decimal"
            error={faults.cash ?? null}
            value={draft.cash}
            onChange={(event) => set({ cash: event.target.value })}
          />
          <SelectField
            label="Fees"
            error={faults.fees ?? null}
            value={draft.fees}
            onChange={(event) => set({ fees: event.target.value })}
          >
            {FEES.map(([name, said]) => (
              <option key={name} value={name}>
                {said}
              </option>
            ))}
          </SelectField>
          <TextField
            label="Benchmark"
            hint="A symbol, or nothing."
            error={faults.benchmark ?? null}
            autoComplete="off"
            value={draft.benchmark}
            onChange={(event) => set({ benchmark: event.target.value })}
          />
          <TextField
            label="Rate without risk"
            hint="A year; 0.02 is 2%."
            inputMode="decimal"
            error={faults.risk_free ?? null}
            value={draft.riskFree}
            onChange={(event) => set({ riskFree: event.target.value })}
          />
        </div>
      </details>
    </>
  );
}
