// Which screen takes what was dropped on the window or opened with the program.

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

const TAKERS: readonly Screen[] = ["stamp", "encrypt", "open", "verify", "seals"];

const ends = (file: Chosen, ...endings: string[]): boolean =>
  endings.some((ending) => file.name.toLowerCase().endsWith(ending));

/** A screen that takes files keeps them; else the files choose. */
export function screenFor(files: readonly Chosen[], current: Screen): Screen {
  if (TAKERS.includes(current)) return current;
  if (files.some((file) => ends(file, ".bid"))) return "open";
  if (files.every((file) => ends(file, ".pdf"))) return "stamp";
  if (files.every((file) => ends(file, ".png", ".jpg", ".jpeg"))) return "seals";
  return "verify";
}

/** The files that a screen for PDF documents takes. */
export function documentsOf(files: readonly Chosen[]): Chosen[] {
  return files.filter((file) => ends(file, ".pdf"));
}

/** The bid among files. */
export function bidOf(files: readonly Chosen[]): Chosen | undefined {
  return files.find((file) => ends(file, ".bid"));
}
