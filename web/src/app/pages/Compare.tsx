import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { ComparePage } from "../../features/backtests/ComparePage";
import { namedIn } from "../../features/backtests/compare";
import { useReady } from "../ready";

const route = getRouteApi("/desk/backtests/compare");

/** The runs that the address names, beside each other. */
export function Compare() {
  const { runs, against } = route.useSearch();
  const navigate = useNavigate();
  useReady(true);
  return (
    <>
      <h1 className="sr-only">Compare</h1>
      <ComparePage
        ids={namedIn(runs)}
        against={against}
        onAgainst={(id) =>
          navigate({ to: ".", replace: true, resetScroll: false, search: (search) => ({ ...search, against: id }) })
        }
      />
    </>
  );
}
