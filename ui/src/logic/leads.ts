// Where a finding is mended by the person: the screen that has what is needed for it.

import type { Screen } from "./route";

const LEADS: Record<string, Screen> = {
  not_activated: "certificates",
  locked: "certificates",
  running_out: "certificates",
  certificate_none: "certificates",
  certificate_expired: "certificates",
  certificate_not_yet_valid: "certificates",
  certificate_ends_soon: "certificates",
  token_none: "practice",
  pages_listed: "websites",
};

/** The screen, where there is one. */
export function leadOf(finding: string): Screen | undefined {
  return LEADS[finding];
}
