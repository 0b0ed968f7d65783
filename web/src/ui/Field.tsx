import clsx from "clsx";
import { type ComponentProps, type ReactNode, useId } from "react";

interface FieldProps {
  label: string;
  hint?: ReactNode;
  error?: string | null;
  className?: string;
}

function Frame({ id, label, hint, error, className, children }: FieldProps & { id: string; children: ReactNode }) {
  return (
    <div className={clsx("flex min-w-0 flex-col gap-1", className)}>
      <label htmlFor={id} className="text-sm font-medium text-muted">
        {label}
      </label>
      {children}
      {error ? (
        <p id={`${id}-note`} className="text-sm text-down">
          {error}
        </p>
      ) : hint ? (
        <p id={`${id}-note`} className="text-xs text-muted">
          {hint}
        </p>
      ) : null}
    </div>
  );
}

const described = (id: string, { hint, error }: FieldProps) => (hint || error ? `${id}-note` : undefined);

/** A labelled input; its error replaces its hint and is read out with it. */
export function TextField({ label, hint, error = null, className, ...input }: FieldProps & ComponentProps<"input">) {
  const id = useId();
  const frame = { label, hint, error, className: className ?? "" };
  return (
    <Frame id={id} {...frame}>
      <input
        id={id}
        className="control figures w-full min-w-0"
        aria-invalid={error ? true : undefined}
        aria-describedby={described(id, frame)}
        {...input}
      />
    </Frame>
  );
}

/** A labelled native select. */
export function SelectField({
  label,
  hint,
  error = null,
  className,
  ...select
}: FieldProps & ComponentProps<"select">) {
  const id = useId();
  const frame = { label, hint, error, className: className ?? "" };
  return (
    <Frame id={id} {...frame}>
      <select id={id} className="control w-full min-w-0" aria-describedby={described(id, frame)} {...select} />
    </Frame>
  );
}

interface ChoiceProps<Value extends string> {
  label: string;
  value: Value;
  choices: readonly { value: Value; label: string; tone?: "up" | "down" }[];
  onChange: (value: Value) => void;
  hideLabel?: boolean;
  className?: string;
}

function toneOf(selected: boolean, tone: "up" | "down" | undefined): string {
  if (!selected) return "text-muted hover:text-text";
  if (tone === "up") return "bg-up-soft text-up shadow-[inset_0_0_0_1px_var(--up)]";
  if (tone === "down") return "bg-down-soft text-down shadow-[inset_0_0_0_1px_var(--down)]";
  return "bg-panel text-text shadow-[inset_0_0_0_1px_var(--line-strong)]";
}

/** Two to six exclusive choices side by side: radio buttons that look like one control. */
export function Choice<Value extends string>({
  label,
  value,
  choices,
  onChange,
  hideLabel,
  className,
}: ChoiceProps<Value>) {
  const name = useId();
  return (
    <fieldset className={clsx("flex min-w-0 flex-col gap-1", className)}>
      <legend className={hideLabel ? "sr-only" : "mb-1 text-sm font-medium text-muted"}>{label}</legend>
      <div className="flex rounded-lg bg-hover p-0.5">
        {choices.map((choice) => (
          <label
            key={choice.value}
            className={clsx(
              "relative flex min-h-8 flex-1 cursor-pointer items-center justify-center rounded-md px-2.5 font-medium",
              "has-[:focus-visible]:outline-2 has-[:focus-visible]:outline-offset-1 has-[:focus-visible]:outline-accent",
              toneOf(choice.value === value, choice.tone),
            )}
          >
            <input
              type="radio"
              name={name}
              className="absolute inset-0 cursor-pointer opacity-0"
              checked={choice.value === value}
              onChange={() => onChange(choice.value)}
            />
            {choice.label}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
