// Time zones as people name them: a tender tells Beijing time, a computer may live by another.

/** China's time, by its name in the tables of zones and its distance from UTC. */
export const BEIJING = { name: "Asia/Shanghai", offset: "UTC+08:00" } as const;

/** The zone of this computer at a moment: its name in the person's language, and its distance from UTC. */
export function ownZone(at: Date, language: string): { name: string; offset: string } {
  const parts = new Intl.DateTimeFormat(language, { timeZoneName: "long" }).formatToParts(at);
  const name = parts.find((part) => part.type === "timeZoneName")?.value ?? "";
  return { name, offset: offsetOf(-at.getTimezoneOffset()) };
}

/** A distance from UTC in minutes. */
export function offsetOf(minutes: number): string {
  const two = (value: number): string => String(Math.trunc(Math.abs(value))).padStart(2, "0");
  return `UTC${minutes < 0 ? "-" : "+"}${two(minutes / 60)}:${two(minutes % 60)}`;
}

/** A moment with its day of the week, by the clock of a zone, or of this computer. */
export function clockTime(at: Date, language: string, zone?: string): string {
  const day = { year: "numeric", month: "long", day: "numeric", weekday: "long" } as const;
  const hour = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
  return new Intl.DateTimeFormat(language, { ...day, ...hour, ...(zone ? { timeZone: zone } : {}) }).format(at);
}
