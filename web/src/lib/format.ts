/**
 * The only number formatter. Takes the API's decimal strings, returns text for people: grouped
 * thousands, a true minus sign, an explicit plus where direction matters, an em dash for what is missing.
 */
import type { NumberFormat } from "../api/types";
import { type Decimal, divide, parseDecimal, round, signOf, subtract, toPlain, trim } from "./decimal";

export const MISSING = "—";
const MINUS = "\u2212";
const COMPACT = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 1 });

/** What stands between thousands, and before the fraction, in each format that can be preferred. */
const MARKS: Readonly<Record<NumberFormat, readonly [thousands: string, fraction: string]>> = {
  "1,234.5": [",", "."],
  "1.234,5": [".", ","],
  "1 234,5": ["\u202f", ","],
  "1'234.5": ["'", "."],
  "1234.5": ["", "."],
};
let marks = MARKS["1,234.5"];

/** Shows every number of this page as its reader prefers; what is drawn already is drawn again by whoever calls. */
export function preferNumbers(format: NumberFormat): void {
  marks = MARKS[format];
}

type Amount = string | null | undefined;

function group(value: Decimal): string {
  const plain = toPlain(value);
  const negative = plain.startsWith("-");
  const [whole = "0", fraction] = (negative ? plain.slice(1) : plain).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, marks[0]);
  const digits = fraction === undefined ? grouped : `${grouped}${marks[1]}${fraction}`;
  return negative && signOf(value) !== 0 ? `${MINUS}${digits}` : digits;
}

function withPlus(text: string, value: Decimal): string {
  return signOf(value) > 0 ? `+${text}` : text;
}

function read(text: Amount): Decimal | null {
  return text === null || text === undefined ? null : parseDecimal(text);
}

/** Cash or value at two places: "104,854.80". */
export function money(text: Amount): string {
  const value = read(text);
  return value ? group(round(value, 2)) : MISSING;
}

/** Profit or loss at two places, always signed unless zero: "+12.40", "−3.00". */
export function signedMoney(text: Amount): string {
  const value = read(text);
  if (!value) return MISSING;
  const rounded = round(value, 2);
  return withPlus(group(rounded), rounded);
}

/** Places after the point that a tick such as "0.01" calls for; at least two. */
export function placesOfTick(tick: string): number {
  const value = parseDecimal(tick);
  return value ? Math.max(2, trim(value).scale) : 2;
}

/** A price: at least two places, at most four, or exactly `places` when given. */
export function price(text: Amount, places?: number): string {
  const value = read(text);
  if (!value) return MISSING;
  const shown = places ?? Math.min(4, Math.max(2, trim(value).scale));
  return group(round(value, shown));
}

/** A signed price difference at `places`. */
export function signedPrice(text: Amount, places = 2): string {
  const value = read(text);
  if (!value) return MISSING;
  const rounded = round(value, places);
  return withPlus(group(rounded), rounded);
}

/** A quantity without padding: "1,200", "0.5". */
export function quantity(text: Amount): string {
  const value = read(text);
  return value ? group(trim(value)) : MISSING;
}

/** A move from one price to another, for people and for colour. Null when either is missing or the base is zero. */
export interface Move {
  readonly difference: string;
  readonly rate: string;
  readonly direction: -1 | 0 | 1;
}

/** The move between two decimal strings: difference and rate as plain decimal strings. */
export function moveBetween(from: Amount, to: Amount): Move | null {
  const start = read(from);
  const end = read(to);
  if (!start || !end) return null;
  const difference = subtract(end, start);
  const rate = divide(difference, start, 6);
  return rate ? { difference: toPlain(difference), rate: toPlain(rate), direction: signOf(difference) } : null;
}

/** A fraction as a signed percentage at two places: "0.0125" gives "+1.25%". */
export function signedPercent(rate: Amount): string {
  const value = read(rate);
  if (!value) return MISSING;
  const percent = round({ coefficient: value.coefficient * 100n, scale: value.scale }, 2);
  return `${withPlus(group(percent), percent)}%`;
}

type Figure = number | null | undefined;

const ofFloat = (value: Figure, places: number): Decimal | null =>
  value === null || value === undefined || !Number.isFinite(value) ? null : parseDecimal(value.toFixed(places));

/** A derived figure, which the API sends as a float: "1.14". */
export function figure(value: Figure, places = 2): string {
  const read = ofFloat(value, places);
  return read ? group(read) : MISSING;
}

/** A fraction sent as a float as a percentage: 0.125 gives "12.50%"; signed where direction matters. */
export function percent(value: Figure, places = 2, isSigned = false): string {
  const read = ofFloat(typeof value === "number" ? value * 100 : value, places);
  return read ? `${isSigned ? withPlus(group(read), read) : group(read)}%` : MISSING;
}

/** -1, 0, 1 for colouring; 0 when missing. */
export function direction(text: Amount): -1 | 0 | 1 {
  const value = read(text);
  return value ? signOf(value) : 0;
}

/** For chart axes, which hold floats: grouped, fixed places, true minus. */
export function axisPrice(value: number, places = 2): string {
  return group(parseDecimal(value.toFixed(places)) ?? { coefficient: 0n, scale: places });
}

/** For volume axes: "4.6M". Only ever an axis label, so a float is enough. */
export function axisVolume(value: number): string {
  return COMPACT.format(value);
}

/** A whole count of things: "1,204". */
export function count(value: number): string {
  return group({ coefficient: BigInt(Math.trunc(value)), scale: 0 });
}

const SPEED_WORDS: Readonly<Record<string, string>> = {
  "1": "1×",
  "60": "1 min/s",
  "3600": "1 h/s",
  "86400": "1 day/s",
  "604800": "1 week/s",
  "2592000": "30 days/s",
  max: "Fastest",
};

/** A tape speed in words: tape time that passes in one second. */
export function speed(value: string): string {
  const parsed = parseDecimal(value);
  const plain = parsed ? toPlain(trim(parsed)) : value;
  return SPEED_WORDS[plain] ?? `${plain}×`;
}
