/** Instants for people: exchange time with its abbreviation, UTC for the hover. Takes ISO 8601 with Z. */
const ZONE = "America/New_York";
const MISSING = "—";

const format = (options: Intl.DateTimeFormatOptions, timeZone = ZONE) =>
  new Intl.DateTimeFormat("en-GB", { timeZone, hourCycle: "h23", ...options });

const DATE = format({ day: "numeric", month: "short", year: "numeric" });
const WEEKDAY = format({ weekday: "short" });
const CLOCK = format({ hour: "2-digit", minute: "2-digit" });
const CLOCK_SECONDS = format({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
const PARTS = format({
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});
const ABBREVIATION = new Intl.DateTimeFormat("en-US", { timeZone: ZONE, timeZoneName: "short", year: "numeric" });

type Instant = string | null | undefined;

function read(instant: Instant): Date | null {
  if (!instant) return null;
  const value = new Date(instant);
  return Number.isNaN(value.getTime()) ? null : value;
}

/** "5 Jan 2015" in exchange time. */
export function date(instant: Instant): string {
  const value = read(instant);
  return value ? DATE.format(value) : MISSING;
}

/** "Mon" in exchange time. */
export function weekday(instant: Instant): string {
  const value = read(instant);
  return value ? WEEKDAY.format(value) : MISSING;
}

/** "EST" or "EDT", as in force at that instant. */
export function zone(instant: Instant): string {
  const value = read(instant);
  if (!value) return "";
  return ABBREVIATION.formatToParts(value).find((part) => part.type === "timeZoneName")?.value ?? "";
}

/** "16:00" in exchange time, with seconds when they are not zero. */
export function clock(instant: Instant): string {
  const value = read(instant);
  if (!value) return MISSING;
  return (value.getUTCSeconds() === 0 ? CLOCK : CLOCK_SECONDS).format(value);
}

/** "5 Jan 2015, 16:00 EST". */
export function dateTime(instant: Instant): string {
  return read(instant) ? `${date(instant)}, ${clock(instant)} ${zone(instant)}` : MISSING;
}

/** "Mon 5 Jan, 16:00 EST": when something nearby happens. */
export function shortDateTime(instant: Instant): string {
  if (!read(instant)) return MISSING;
  const day = date(instant).split(" ").slice(0, 2).join(" ");
  return `${weekday(instant)} ${day}, ${clock(instant)} ${zone(instant)}`;
}

/** The same instant in UTC, for the hover. */
export function utc(instant: Instant): string {
  const value = read(instant);
  return value ? `${value.toISOString().replace("T", " ").slice(0, 19)} UTC` : "";
}

function partsOf(value: Date): Record<string, string> {
  return Object.fromEntries(PARTS.formatToParts(value).map((part) => [part.type, part.value]));
}

/** The exchange's calendar day of an instant: "2015-01-05". */
export function exchangeDay(instant: string): string {
  const parts = partsOf(new Date(instant));
  return `${parts.year}-${parts.month}-${parts.day}`;
}

/** The instant at which the exchange's clocks show `day` ("2015-01-05") and `time` ("16:00"), as ISO with Z. */
export function exchangeInstant(day: string, time: string): string {
  const wanted = Date.parse(`${day}T${time}:00Z`);
  let guess = wanted;
  // Two rounds settle the offset even next to a daylight-saving change.
  for (let round = 0; round < 2; round += 1) {
    const parts = partsOf(new Date(guess));
    const shown = Date.parse(
      `${parts.year}-${parts.month}-${parts.day}T${parts.hour}:${parts.minute}:${parts.second}Z`,
    );
    guess += wanted - shown;
  }
  return new Date(guess).toISOString().replace(".000Z", "Z");
}

/** The calendar day `months` months before an instant, as an ISO instant at midnight UTC. */
export function monthsBefore(instant: string, months: number): string {
  const value = new Date(instant);
  const day = value.getUTCDate();
  value.setUTCHours(0, 0, 0, 0);
  value.setUTCDate(1);
  value.setUTCMonth(value.getUTCMonth() - months);
  const last = new Date(Date.UTC(value.getUTCFullYear(), value.getUTCMonth() + 1, 0)).getUTCDate();
  value.setUTCDate(Math.min(day, last));
  return value.toISOString().replace(".000Z", "Z");
}
