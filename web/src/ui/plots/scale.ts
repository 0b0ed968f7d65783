/** Where values stand on a drawing. Pure; floats, because pixels need no cents. */

export type Value = number | null;

/** Lowest and highest of what is known; null when nothing is. */
export function extentOf(values: Iterable<Value>): [number, number] | null {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value === null || !Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return low <= high ? [low, high] : null;
}

/** A little room on both sides; a single value gets room around it. */
export function roomy([low, high]: readonly [number, number], share = 0.06): [number, number] {
  const room = high > low ? (high - low) * share : Math.abs(high) * share || 1;
  return [low - room, high + room];
}

/** From values to pixels, straight or by their logarithm. A value without a logarithm has no place: NaN. */
export function scaleOf(
  [low, high]: readonly [number, number],
  [start, end]: readonly [number, number],
  isLog = false,
): (value: number) => number {
  const read = isLog ? Math.log : (value: number) => value;
  const [first, last] = [read(low), read(high)];
  const slope = last > first ? (end - start) / (last - first) : 0;
  return (value) => start + (read(value) - first) * slope;
}

const STEPS = [1, 2, 2.5, 5, 10];

/** Round numbers within a range, about as many as wanted. */
export function ticksOf([low, high]: readonly [number, number], wanted = 4): number[] {
  if (!(high > low)) return [low];
  const rough = (high - low) / Math.max(1, wanted);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = (STEPS.find((each) => each * power >= rough) ?? 10) * power;
  const found: number[] = [];
  for (let n = Math.ceil(low / step - 1e-9); n * step <= high + step * 1e-9; n += 1) found.push(n === 0 ? 0 : n * step);
  return found;
}

/** Round numbers for a logarithmic axis: 1, 2, 5 of each power of ten, or plain ones where the range is narrow. */
export function logTicksOf([low, high]: readonly [number, number], wanted = 4): number[] {
  if (low <= 0 || high / low < 4) return ticksOf([low, high], wanted);
  const found: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power += 1) {
    for (const each of [1, 2, 5]) {
      const tick = each * 10 ** power;
      if (tick >= low && tick <= high) found.push(tick);
    }
  }
  return found;
}

const DAY_MS = 86_400_000;
const NAMES = new Intl.DateTimeFormat("en-GB", { month: "short", timeZone: "UTC" });
const DAYS = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: "America/New_York" });

export interface TimeTick {
  readonly at: number;
  readonly text: string;
}

/** Beginnings of years, months or days between two instants in milliseconds, at most as many as wanted. */
export function timeTicksOf(from: number, to: number, wanted: number): TimeTick[] {
  const span = to - from;
  if (!(span > 0) || wanted < 1) return [];
  const years = span / (365.25 * DAY_MS);
  if (years > 2) {
    const every = Math.max(1, Math.ceil(years / wanted));
    const first = new Date(from).getUTCFullYear() + 1;
    return begin(first, to, (n) => Date.UTC(n, 0, 1), every).map((at) => ({
      at,
      text: `${new Date(at).getUTCFullYear()}`,
    }));
  }
  if (span > 62 * DAY_MS) {
    const every = Math.max(1, Math.ceil(span / (30.4 * DAY_MS) / wanted));
    const start = new Date(from);
    const first = start.getUTCFullYear() * 12 + start.getUTCMonth() + 1;
    return begin(first, to, (n) => Date.UTC(Math.floor(n / 12), n % 12, 1), every).map((at) => {
      const day = new Date(at);
      return { at, text: day.getUTCMonth() === 0 ? `${day.getUTCFullYear()}` : NAMES.format(day) };
    });
  }
  const step = span > 2 * DAY_MS ? Math.max(1, Math.ceil(span / DAY_MS / wanted)) * DAY_MS : span / wanted;
  const format = span > 2 * DAY_MS ? DAYS : CLOCK;
  const first = span > 2 * DAY_MS ? Math.ceil(from / DAY_MS) * DAY_MS : from + step / 2;
  const found: TimeTick[] = [];
  for (let at = first; at <= to; at += step) found.push({ at, text: format.format(at) });
  return found;
}

function begin(first: number, to: number, of: (n: number) => number, every: number): number[] {
  const found: number[] = [];
  for (let n = Math.ceil(first / every) * every; of(n) <= to; n += every) found.push(of(n));
  return found;
}

/** The place in a rising series that is nearest to a value. */
export function nearestIn(sorted: readonly number[], wanted: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < wanted) low = middle;
    else high = middle;
  }
  return Math.abs((sorted[low] ?? 0) - wanted) <= Math.abs((sorted[high] ?? 0) - wanted) ? low : high;
}

/** An SVG path through what is known; what is missing leaves a gap. */
export function pathOf(xs: readonly number[], ys: readonly Value[]): string {
  let path = "";
  let isDown = false;
  for (let n = 0; n < xs.length; n += 1) {
    const y = ys[n];
    if (y === null || y === undefined || !Number.isFinite(y)) {
      isDown = false;
      continue;
    }
    path += `${isDown ? "L" : "M"}${(xs[n] ?? 0).toFixed(1)} ${y.toFixed(1)}`;
    isDown = true;
  }
  return path;
}

/** Equal bins between the lowest and the highest value, each with how many fell into it. */
export interface Bin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** Counts values in bins of a round width, so that zero is an edge; about as many bins as wanted. */
export function binsOf(values: readonly number[], wanted = 24): Bin[] {
  const extent = extentOf(values);
  if (!extent) return [];
  const [low, high] = extent;
  const [first = 0, second = first + (Math.abs(first) || 1)] = ticksOf([low, high], wanted);
  const width = second - first;
  const start = Math.floor(low / width + 1e-9);
  const counts = new Array<number>(Math.max(1, Math.floor(high / width + 1e-9) - start + 1)).fill(0);
  for (const value of values) {
    const place = Math.min(counts.length - 1, Math.floor(value / width + 1e-9) - start);
    counts[place] = (counts[place] ?? 0) + 1;
  }
  return counts.map((count, n) => ({ from: (start + n) * width, to: (start + n + 1) * width, count }));
}

/** How a label under an axis is anchored, so that one at either end is not cut off. */
export function anchorAt(x: number, left: number, width: number): "start" | "middle" | "end" {
  if (x < left + 16) return "start";
  return x > width - 20 ? "end" : "middle";
}
