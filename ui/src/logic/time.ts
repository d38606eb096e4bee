// Moments and spans as people read them.

const DAY = 86_400_000;

/** Whole days from `now` to an RFC 3339 moment; negative afterwards. */
export function daysUntil(moment: string, now: Date): number {
  return Math.floor((Date.parse(moment) - now.getTime()) / DAY);
}

/** A moment in the person's language and time zone, to the minute. */
export function shownMoment(moment: string, language: string): string {
  const at = new Date(moment);
  if (Number.isNaN(at.getTime())) return moment;
  return new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" }).format(at);
}

/** A day in the person's language. */
export function shownDay(moment: string, language: string): string {
  const at = new Date(moment);
  return Number.isNaN(at.getTime()) ? moment : new Intl.DateTimeFormat(language, { dateStyle: "medium" }).format(at);
}

/** Seconds until an RFC 3339 moment, negative afterwards; nothing where none is known. */
export function secondsLeft(moment: string | null, now: Date): number | null {
  const at = moment === null ? NaN : Date.parse(moment);
  return Number.isNaN(at) ? null : Math.floor((at - now.getTime()) / 1000);
}

/** The parts of a countdown. */
export function countdown(seconds: number): { days: number; hours: number; minutes: number } {
  const left = Math.max(0, Math.floor(seconds));
  return { days: Math.floor(left / 86_400), hours: Math.floor(left / 3600) % 24, minutes: Math.floor(left / 60) % 60 };
}

/** The two largest parts of a countdown tell enough. */
export function countdownWord(seconds: number): "days" | "hours" | "minutes" {
  return seconds >= 86_400 ? "days" : seconds >= 3600 ? "hours" : "minutes";
}

/** A local date as RFC 3339 with its offset. */
export function rfc3339(at: Date): string {
  const two = (value: number): string => String(Math.abs(value)).padStart(2, "0");
  const offset = -at.getTimezoneOffset();
  const sign = offset < 0 ? "-" : "+";
  const zone = `${sign}${two(Math.trunc(offset / 60))}:${two(offset % 60)}`;
  const day = `${at.getFullYear().toString()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}${zone}`;
}
