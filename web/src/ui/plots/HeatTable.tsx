import clsx from "clsx";
import { useState } from "react";
import { heatOf } from "./heat";
import type { Value } from "./scale";

interface HeatTableProps {
  caption: string;
  xName: string;
  /** Null where there is only one row. */
  yName: string | null;
  xValues: readonly string[];
  yValues: readonly string[];
  /** A row for each value of `y`, in it a cell for each of `x`. */
  cells: readonly (readonly Value[])[];
  tint: (value: number) => number;
  format: (value: number | null) => string;
  best: readonly [x: number, y: number] | null;
  chosen: readonly [x: number, y: number] | null;
  onChoose: (cell: readonly [x: number, y: number]) => void;
}

const WITH_TEXT = 16;

/** A measure over two parameters as a table of tinted cells; with many columns the figures are read out instead. */
export function HeatTable(props: HeatTableProps) {
  const { caption, xName, yName, xValues, yValues, cells, tint, format, best, chosen, onChoose } = props;
  const [pointed, setPointed] = useState<readonly [number, number] | null>(null);
  const hasText = xValues.length <= WITH_TEXT;
  const shown = pointed ?? chosen ?? best;
  const said = ([x, y]: readonly [number, number]) =>
    `${xName} ${xValues[x]}${yName === null ? "" : `, ${yName} ${yValues[y]}`}: ${format(cells[y]?.[x] ?? null)}`;
  const isAt = (place: readonly [number, number] | null, x: number, y: number) => place?.[0] === x && place[1] === y;
  return (
    <div>
      <p aria-hidden className="figures min-h-5 px-4 text-xs text-muted">
        {shown ? `${pointed === null && chosen === null ? "Best: " : ""}${said(shown)}` : "—"}
      </p>
      <section
        className="quiet-scroll max-h-[34rem] overflow-auto px-3 pb-1"
        aria-label={caption}
        onPointerLeave={() => setPointed(null)}
      >
        <table className="figures w-full border-separate border-spacing-0.5 text-xs">
          <caption className="sr-only">{caption}</caption>
          <thead>
            <tr>
              <th scope="col" className="w-px px-1 text-left font-medium whitespace-nowrap text-muted">
                {yName === null ? xName : `${yName} ↓ ${xName} →`}
              </th>
              {xValues.map((value) => (
                <th key={value} scope="col" className="px-0.5 text-center font-medium text-muted">
                  {value}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {yValues.map((yValue, y) => (
              <tr key={yValue}>
                <th scope="row" className="px-1 text-left font-medium whitespace-nowrap text-muted">
                  {yName === null ? "" : yValue}
                </th>
                {xValues.map((xValue, x) => {
                  const value = cells[y]?.[x] ?? null;
                  return (
                    <td key={xValue} className="p-0">
                      <button
                        type="button"
                        disabled={value === null}
                        aria-pressed={isAt(chosen, x, y)}
                        aria-label={`${said([x, y])}${isAt(best, x, y) ? ", the best" : ""}`}
                        className={clsx(
                          "block h-8 w-full min-w-6 rounded-sm px-0.5",
                          value === null && "text-muted",
                          isAt(best, x, y) && "font-bold ring-2 ring-text ring-inset",
                          isAt(chosen, x, y) && "outline-2 outline-accent",
                        )}
                        style={value === null ? undefined : { background: heatOf(tint(value)) }}
                        data-best={isAt(best, x, y) || undefined}
                        onPointerEnter={() => setPointed([x, y])}
                        onFocus={() => setPointed([x, y])}
                        onBlur={() => setPointed(null)}
                        onClick={() => onChoose([x, y])}
                      >
                        {hasText ? format(value) : ""}
                      </button>
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </div>
  );
}
