import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Strategy, StrategyTemplate } from "../../api/types";
import { deskOnly } from "../../lib/search";
import { Answer, Panel } from "../../ui/Panel";
import { symbolsSaid, wordOf } from "../backtests/ask";
import { strategiesQuery, templatesQuery } from "../backtests/queries";

/** Every strategy with its parameters, and the templates that start from it. */
export function CataloguePanel() {
  const strategies = useQuery(strategiesQuery);
  const templates = useQuery(templatesQuery);
  return (
    <Panel title="Catalogue" count={strategies.data?.length} bodyClassName="p-4">
      <Answer query={strategies} rows={10}>
        {(rows) => (
          <ul className="grid gap-3 md:grid-cols-2 2xl:grid-cols-3">
            {rows.map((strategy) => (
              <Card
                key={strategy.name}
                strategy={strategy}
                templates={(templates.data ?? []).filter((template) => template.strategy === strategy.name)}
              />
            ))}
          </ul>
        )}
      </Answer>
    </Panel>
  );
}

interface CardProps {
  strategy: Strategy;
  templates: readonly StrategyTemplate[];
}

const LINK =
  "inline-flex min-h-7 items-center rounded-lg border border-line-strong px-2.5 text-sm font-medium hover:bg-hover";

function Card({ strategy, templates }: CardProps) {
  return (
    <li className="flex min-w-0 flex-col rounded-lg border border-line bg-raised p-4" data-strategy={strategy.name}>
      <h3 className="flex flex-wrap items-baseline gap-x-2 text-lg font-semibold">
        {wordOf(strategy.name)}
        <span className="text-xs font-normal text-muted">
          {wordOf(strategy.kind)} · version {strategy.version}
        </span>
      </h3>
      <p className="mt-1 text-sm text-muted">
        {strategy.description} {symbolsSaid(strategy)}
      </p>
      {strategy.parameters.length > 0 ? (
        <details className="mt-2">
          <summary className="min-h-6 text-sm font-medium">
            {strategy.parameters.length === 1 ? "1 parameter" : `${strategy.parameters.length} parameters`}
          </summary>
          <dl className="mt-1 text-sm">
            {strategy.parameters.map((parameter) => (
              <div key={parameter.name} className="flex justify-between gap-3 border-t border-line py-1">
                <dt>
                  {wordOf(parameter.name)} <span className="figures font-medium">{parameter.default}</span>
                </dt>
                <dd className="figures text-right text-xs text-muted">{parameter.said}</dd>
              </div>
            ))}
          </dl>
        </details>
      ) : null}
      {templates.length > 0 ? (
        <p className="mt-2 text-xs text-muted">
          Templates: {templates.map((template) => wordOf(template.name)).join(", ")}.
        </p>
      ) : null}
      <p className="mt-auto flex flex-wrap gap-2 pt-3">
        <Link
          to="/backtests"
          search={(search) => ({ ...deskOnly(search), use: strategy.name })}
          className={LINK}
          aria-label={`Backtest ${wordOf(strategy.name)}`}
        >
          Backtest
        </Link>
        <Link
          to="/sweeps"
          search={(search) => ({ ...deskOnly(search), use: strategy.name })}
          className={LINK}
          aria-label={`Sweep ${wordOf(strategy.name)}`}
        >
          Sweep
        </Link>
        <Link
          to="/studies"
          search={(search) => ({ ...deskOnly(search), use: strategy.name })}
          className={LINK}
          aria-label={`Study ${wordOf(strategy.name)}`}
        >
          Study
        </Link>
      </p>
    </li>
  );
}
