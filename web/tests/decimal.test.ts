import { describe, expect, it } from "vitest";
import {
  add,
  compare,
  divide,
  isMultipleOf,
  multiply,
  parseDecimal,
  round,
  subtract,
  toPlain,
  trim,
} from "../src/lib/decimal";

function d(text: string) {
  const value = parseDecimal(text);
  if (!value) throw new Error(`not a decimal: ${text}`);
  return value;
}

describe("decimal", () => {
  it("refuses what is not a plain decimal", () => {
    for (const text of ["", " ", ".", "-", "1e3", "NaN", "1,000", "0x10", "1.2.3"])
      expect(parseDecimal(text)).toBeNull();
  });

  it("keeps what a float would lose", () => {
    expect(toPlain(add(d("0.1"), d("0.2")))).toBe("0.3");
    expect(toPlain(subtract(d("9007199254740993"), d("0.01")))).toBe("9007199254740992.99");
    expect(toPlain(multiply(d("1.005"), d("100")))).toBe("100.500");
  });

  it("rounds half to even on both sides of zero", () => {
    expect(["0.125", "0.135", "-0.125", "-0.135", "2.5"].map((text) => toPlain(round(d(text), 2)))).toEqual([
      "0.12",
      "0.14",
      "-0.12",
      "-0.14",
      "2.50",
    ]);
  });

  it("divides to the asked places and never by zero", () => {
    expect(divide(d("1"), d("3"), 4)).toEqual({ coefficient: 3333n, scale: 4 });
    expect(toPlain(divide(d("-1.00"), d("0.4"), 1) ?? d("0"))).toBe("-2.5");
    expect(divide(d("1"), d("0.00"), 4)).toBeNull();
  });

  it("knows multiples exactly", () => {
    expect(isMultipleOf(d("100.07"), d("0.01"))).toBe(true);
    expect(isMultipleOf(d("100.075"), d("0.01"))).toBe(false);
    expect(isMultipleOf(d("3"), d("0.5"))).toBe(true);
  });

  it("compares across scales and trims", () => {
    expect(compare(d("1.0"), d("1.000"))).toBe(0);
    expect(compare(d("-2"), d("1"))).toBe(-1);
    expect(toPlain(trim(d("120.5000")))).toBe("120.5");
    expect(toPlain(trim(d("1200")))).toBe("1200");
  });
});
