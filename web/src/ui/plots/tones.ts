/** What a line, bar or point is drawn in; components never name a colour. */
export type Tone = "accent" | "muted" | "up" | "down" | "text" | SeriesTone;
export type SeriesTone = `series-${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8}`;

export const colourOf = (tone: Tone): string => `var(--${tone})`;

const DASHES = ["", "7 3", "2 3", "9 3 2 3", "", "7 3", "2 3", "9 3 2 3"] as const;

/** The nth of up to eight series: a colour, and a dash so that it is told apart without one. */
export function seriesOf(n: number): { tone: SeriesTone; dash: string } {
  const place = n % 8;
  return { tone: `series-${(place + 1) as 1}`, dash: DASHES[place] ?? "" };
}
