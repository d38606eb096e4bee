// Files that were dropped on the window or opened with the program, taken once by the screen that is shown.

import { onActivated, watch } from "vue";
import type { Chosen } from "../generated/screens";
import { useDesk } from "../stores/desk";
import { goWith, type Screen } from "./route";

/** Gives the files to `take` when `screen` is the one that is shown; whoever comes back later does not get them again. */
export function useDropped(screen: Screen, take: (files: Chosen[]) => void): void {
  const desk = useDesk();
  function look(): void {
    const files = desk.files;
    // A screen that only works on behind another one takes nothing.
    if (files.length === 0 || location.hash !== `#${screen}`) return;
    desk.files = [];
    take(files);
  }
  onActivated(look);
  watch(() => desk.files, look, { immediate: true });
}

/** Leads to a screen that then takes these files. */
export function giveTo(desk: ReturnType<typeof useDesk>, screen: Screen, files: Chosen[]): void {
  goWith(screen, () => {
    desk.dropped = true;
    desk.files = files;
  });
}
