import { describe, expect, it } from "vitest";
import { faultsInTerms, kindNamed, kindSaid, termsOf } from "../src/features/research/studies/terms";

describe("asking for a study", () => {
  it("asks with what is usual where nothing was typed", () => {
    expect(termsOf("cross_validation", {})).toEqual({ groups: 6, tested: 2, purge: 1, embargo: 5 });
    expect(termsOf("leaks", { cuts: "40" })).toEqual({ cuts: 40 });
    expect(termsOf("jitter", { shake_parameters: "0.25" })).toMatchObject({ runs: 100, shake_parameters: 0.25 });
  });

  it("says beside a number what it may be", () => {
    expect(faultsInTerms("cross_validation", { groups: "2", purge: "1.5" })).toEqual({
      groups: "It must be a whole number from 3 to 20.",
      purge: "It must be a whole number from 0 to 1000.",
    });
    expect(faultsInTerms("jitter", { shake_fees: "1.01", slippage_bps: "2.5" })).toEqual({
      shake_fees: "It must be a number from 0 to 1.",
    });
    expect(faultsInTerms("leaks", { cuts: "many" })).toHaveProperty("cuts");
    expect(faultsInTerms("leaks", {})).toEqual({});
  });

  it("knows kinds by the names that addresses have", () => {
    expect([kindNamed("leaks"), kindNamed("luck"), kindNamed(undefined)]).toEqual(["leaks", undefined, undefined]);
    expect(kindSaid("cross_validation")).toBe("Cross-validation");
  });
});
