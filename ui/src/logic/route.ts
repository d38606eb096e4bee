// Which screen takes what was dropped on the window or opened with the program: no screen is a dead end for a file of another.

import type { Chosen } from "../generated/screens";

/** The screens, by their names in the address. */
export type Screen =
  | "home"
  | "certificates"
  | "seals"
  | "stamp"
  | "encrypt"
  | "open"
  | "bids"
  | "verify"
  | "websites"
  | "check"
  | "settings"
  | "about"
  | "practice";

/** Shows a screen. */
export function go(screen: Screen): void {
  location.hash = screen;
}

/** Shows a screen and then gives it something, which the screen before must not take. */
export function goWith(screen: Screen, give: () => void): void {
  window.addEventListener("hashchange", give, { once: true });
  go(screen);
}

/** Screens on which something may have been begun: they are kept as they are while another one is shown. */
export const KEPT: readonly Screen[] = ["certificates", "seals", "stamp", "encrypt", "open", "verify"];

const ends = (file: Chosen, ...endings: string[]): boolean =>
  endings.some((ending) => file.name.toLowerCase().endsWith(ending));
const isBid = (file: Chosen): boolean => ends(file, ".bid");
const isDocument = (file: Chosen): boolean => ends(file, ".pdf");
const isPicture = (file: Chosen): boolean => ends(file, ".png", ".jpg", ".jpeg");

/** The screen that is meant for files, whatever is shown. */
function meantFor(files: readonly Chosen[]): Screen {
  if (files.some(isBid)) return "open";
  if (files.every(isDocument)) return "stamp";
  return files.every(isPicture) ? "seals" : "verify";
}

/** Whether a screen has a use for files, or says best itself why it has none. */
function takes(screen: Screen, files: readonly Chosen[], dropped: boolean): boolean {
  switch (screen) {
    case "stamp":
      return files.some(isDocument) || !files.every((file) => isBid(file) || isPicture(file));
    case "encrypt":
      return !(dropped ? files.every(isBid) : files.some(isBid));
    case "open":
      return files.some(isBid);
    case "verify":
      // A bid can be verified; whoever opens one from outside wants it opened.
      return dropped || !files.some(isBid);
    case "seals":
      return files.some(isPicture) || meantFor(files) === "verify";
    default:
      return false;
  }
}

/** The screen that is shown keeps what it has a use for; else the files choose. */
export function screenFor(files: readonly Chosen[], current: Screen, dropped: boolean): Screen {
  return takes(current, files, dropped) ? current : meantFor(files);
}

/** The files that a screen for PDF documents takes. */
export function documentsOf(files: readonly Chosen[]): Chosen[] {
  return files.filter(isDocument);
}

/** The bids among files. */
export function bidsOf(files: readonly Chosen[]): Chosen[] {
  return files.filter(isBid);
}
