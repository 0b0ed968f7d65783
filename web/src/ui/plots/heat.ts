/** A tint from orange over nothing to blue for a share from −1 to 1; pale enough for text on it. */
export function heatOf(share: number): string {
  const strength = Math.round(Math.min(1, Math.abs(share)) * 46);
  return `color-mix(in oklab, var(${share < 0 ? "--low" : "--high"}) ${strength}%, var(--panel))`;
}
