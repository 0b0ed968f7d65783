/**
 * Exact decimal numbers. The API sends money, prices and quantities as strings; this is the only
 * place that computes with them, and it never goes through a binary float.
 */
export interface Decimal {
  /** Value = coefficient / 10^scale. */
  readonly coefficient: bigint;
  readonly scale: number;
}

const PLAIN = /^([+-]?)(\d*)(?:\.(\d*))?$/;

/** The number a string means, or null when it is not a plain decimal ("1e3", "", "NaN"). */
export function parseDecimal(text: string): Decimal | null {
  const match = PLAIN.exec(text.trim());
  if (!match) return null;
  const [, sign = "", whole = "", fraction = ""] = match;
  if (whole === "" && fraction === "") return null;
  const magnitude = BigInt(whole + fraction);
  return { coefficient: sign === "-" ? -magnitude : magnitude, scale: fraction.length };
}

const power = (exponent: number): bigint => 10n ** BigInt(exponent);

function coefficientAt(value: Decimal, scale: number): bigint {
  return value.coefficient * power(scale - value.scale);
}

/** Sum, at the finer of the two scales. */
export function add(left: Decimal, right: Decimal): Decimal {
  const scale = Math.max(left.scale, right.scale);
  return { coefficient: coefficientAt(left, scale) + coefficientAt(right, scale), scale };
}

/** The same magnitude with the other sign. */
export function negate(value: Decimal): Decimal {
  return { coefficient: -value.coefficient, scale: value.scale };
}

/** Difference, at the finer of the two scales. */
export function subtract(left: Decimal, right: Decimal): Decimal {
  return add(left, negate(right));
}

/** Exact product; scales add. */
export function multiply(left: Decimal, right: Decimal): Decimal {
  return { coefficient: left.coefficient * right.coefficient, scale: left.scale + right.scale };
}

/** -1, 0 or 1 as left is below, equal to or above right. */
export function compare(left: Decimal, right: Decimal): -1 | 0 | 1 {
  return signOf(subtract(left, right));
}

/** -1, 0 or 1. */
export function signOf(value: Decimal): -1 | 0 | 1 {
  if (value.coefficient === 0n) return 0;
  return value.coefficient < 0n ? -1 : 1;
}

/** Whole quotient rounded half to even; the denominator is positive. */
function divideHalfEven(numerator: bigint, denominator: bigint): bigint {
  const negative = numerator < 0n;
  const magnitude = negative ? -numerator : numerator;
  const quotient = magnitude / denominator;
  const twice = (magnitude % denominator) * 2n;
  const up = twice > denominator || (twice === denominator && quotient % 2n === 1n);
  const rounded = up ? quotient + 1n : quotient;
  return negative ? -rounded : rounded;
}

/** Rounded half to even at `places` digits after the point. */
export function round(value: Decimal, places: number): Decimal {
  if (value.scale <= places) return { coefficient: coefficientAt(value, places), scale: places };
  return { coefficient: divideHalfEven(value.coefficient, power(value.scale - places)), scale: places };
}

/** Quotient rounded half to even at `places` digits, or null when the divisor is zero. */
export function divide(left: Decimal, right: Decimal, places: number): Decimal | null {
  if (right.coefficient === 0n) return null;
  const numerator = left.coefficient * power(right.scale + places);
  const denominator = right.coefficient * power(left.scale);
  const flipped = denominator < 0n;
  return {
    coefficient: divideHalfEven(flipped ? -numerator : numerator, flipped ? -denominator : denominator),
    scale: places,
  };
}

/** True when `value` is a whole number of `step`s (a price on its tick, a quantity on its lot). */
export function isMultipleOf(value: Decimal, step: Decimal): boolean {
  if (step.coefficient === 0n) return true;
  const scale = Math.max(value.scale, step.scale);
  return coefficientAt(value, scale) % coefficientAt(step, scale) === 0n;
}

/** Without trailing zeros after the point. */
export function trim(value: Decimal): Decimal {
  let { coefficient, scale } = value;
  while (scale > 0 && coefficient % 10n === 0n) {
    coefficient /= 10n;
    scale -= 1;
  }
  return { coefficient, scale };
}

/** Plain digits with an ASCII minus, as the API reads them. */
export function toPlain(value: Decimal): string {
  const negative = value.coefficient < 0n;
  const digits = (negative ? -value.coefficient : value.coefficient).toString().padStart(value.scale + 1, "0");
  const whole = digits.slice(0, digits.length - value.scale);
  const fraction = digits.slice(digits.length - value.scale);
  return `${negative ? "-" : ""}${whole}${value.scale > 0 ? `.${fraction}` : ""}`;
}
