// Whether the system opens bids and links with this program: the system is asked, since the command line turns it too.

import { onMounted, shallowRef, type ShallowRef } from "vue";
import type { Links } from "../generated/screens";
import { usePreferences } from "../stores/preferences";
import { useBackend } from "../stores/use";
import { useWork, type Work } from "./work";

/** What the system says, and turning it. */
export interface TurnedLinks extends Pick<Work, "busy" | "failure"> {
  /** Nothing until the system has answered, and where it is not ours to turn. */
  links: ShallowRef<Links | null>;
  /** Turns it; whoever has turned it need not be asked any more. */
  turn: (on: boolean) => Promise<void>;
}

/** Asks the system when the part is shown. */
export function useLinks(): TurnedLinks {
  const backend = useBackend();
  const preferences = usePreferences();
  const work = useWork();
  const links = shallowRef<Links | null>(null);

  async function turn(on: boolean): Promise<void> {
    await work.run(async () => {
      links.value = await backend.call({ do: "turn_links", on });
      await preferences.keep(backend, { links_asked: true });
    });
  }
  onMounted(() =>
    work.run(async () => {
      links.value = await backend.call({ do: "links" });
    }),
  );
  return { links, turn, busy: work.busy, failure: work.failure };
}
