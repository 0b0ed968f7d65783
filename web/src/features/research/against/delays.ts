/** How far apart two orders are. Pure. */

/** How far apart two orders may be and still be the same one, in seconds. */
export const WITHIN: readonly (readonly [seconds: string, said: string])[] = [
  ["0", "The same instant"],
  ["60", "A minute"],
  ["3600", "An hour"],
  ["86400", "A day"],
  ["604800", "A week"],
];

const UNITS: readonly (readonly [seconds: number, name: string])[] = [
  [86_400, "d"],
  [3600, "h"],
  [60, "min"],
  [1, "s"],
];

/** By how much later something was, in its two greatest units: "1 d 2 h"; "at once" where it was not. */
export function delaySaid(seconds: number): string {
  let left = Math.round(Math.abs(seconds));
  if (left === 0) return "at once";
  const parts = UNITS.flatMap(([unit, name]) => {
    const count = Math.floor(left / unit);
    left -= count * unit;
    return count > 0 ? [`${count} ${name}`] : [];
  });
  return `${seconds < 0 ? "\u2212" : ""}${parts.slice(0, 2).join(" ")}`;
}
