import { useState } from "react";
import type { Strategy } from "../../api/types";
import { type Draft, type Faults, faultsOf } from "./ask";

interface Wish {
  error: Error | null;
  reset: () => void;
}

/** A draft on its way to a wish: what is wrong with it, by the form itself or by the desk, until it is changed. */
export function useDraft(first: Draft, strategies: readonly Strategy[], wish: Wish) {
  const [draft, setDraft] = useState(first);
  const [own, setOwn] = useState<Faults>({});
  const forget = () => {
    setOwn({});
    wish.reset();
  };
  const set = (change: Partial<Draft>) => {
    setDraft({ ...draft, ...change });
    forget();
  };
  /** Shows what the form finds wrong, and says whether that is nothing. */
  const isRight = (found: Faults) => {
    setOwn(found);
    return Object.keys(found).length === 0;
  };
  return {
    draft,
    strategy: strategies.find(({ name }) => name === draft.strategy) ?? strategies[0],
    faults: { ...faultsOf(wish.error, draft), ...own },
    set,
    forget,
    isRight,
  };
}
