import { useEffect } from "react";

/** Marks the document once a page stands with its first answers; tests and screenshots wait for it. */
export function useReady(isReady: boolean): void {
  useEffect(() => {
    if (isReady) document.documentElement.dataset.appReady = "true";
  }, [isReady]);
}
