/** A tint from orange over nothing to blue for a share from −1 to 1; pale enough for text on it. */
export function heatOf(share: number): string {
  const strength = Math.round(Math.min(1, Math.abs(share)) * 46);
  return `color-mix(in oklab, var(${share < 0 ? "--low" : "--high"}) ${strength}%, var(--panel))`;
}

/** The same for a line, which stands on nothing and carries no text: from orange over grey to blue. */
export function strokeOf(share: number): string {
  const strength = Math.round(Math.min(1, Math.abs(share)) * 100);
  return `color-mix(in oklab, var(${share < 0 ? "--low" : "--high"}) ${strength}%, var(--muted))`;
}
