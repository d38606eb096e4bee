// What several screens show: keys, bids, seals, news. Nothing secret: PINs and passwords never come near the main window.

import { defineStore } from "pinia";
import { computed, ref, shallowRef } from "vue";
import { told, type Backend } from "../backend";
import type { Bid, Certificate, Chosen, News, Seal, Told, Tokens } from "../generated/screens";
import { daysUntil } from "../logic/time";

/** A certificate with the key it lies on. */
export interface Held {
  certificate: Certificate;
  serial: string;
  label: string;
}

export const useDesk = defineStore("desk", () => {
  const tokens = shallowRef<Tokens | null>(null);
  const bids = shallowRef<Bid[] | null>(null);
  const seals = shallowRef<Seal[] | null>(null);
  const failure = shallowRef<Told | null>(null);
  const progress = shallowRef<Extract<News, { news: "progress" }> | null>(null);
  const waiting = ref(0);
  const reminders = ref<string[]>([]);
  /** Files that no screen has taken yet. */
  const files = shallowRef<Chosen[]>([]);
  /** Whether they were dropped on the screen that is shown. */
  const dropped = ref(false);
  /** How often it is being looked right now. */
  const looks = ref(0);
  const looking = computed(() => looks.value > 0);
  /** The key that the person is led to, until its screen has shown it. */
  const pointed = ref<string | null>(null);

  const held = computed<Held[]>(() =>
    (tokens.value?.tokens ?? []).flatMap((token) =>
      token.keys.flatMap((key) =>
        key.certificate ? [{ certificate: key.certificate, serial: token.serial, label: token.label }] : [],
      ),
    ),
  );

  function usable(fits: (certificate: Certificate) => boolean): Held[] {
    const now = new Date();
    return held.value.filter(({ certificate }) => fits(certificate) && daysUntil(certificate.valid_to, now) >= 0);
  }
  const signers = computed(() => usable((certificate) => certificate.can_sign));
  const recipients = computed(() => usable((certificate) => certificate.can_encrypt));

  /** Looks again at what is here, at each thing by itself: a slow or broken key keeps no bid from being shown. What was seen last stays. */
  async function look(backend: Backend): Promise<void> {
    const seen = async <T>(asked: Promise<T>, show: (found: T) => void): Promise<Told | null> => {
      try {
        show(await asked);
        return null;
      } catch (thrown) {
        return told(thrown);
      }
    };
    looks.value += 1;
    const failures = await Promise.all([
      seen(backend.call({ do: "tokens" }), (found) => (tokens.value = found)),
      seen(backend.call({ do: "bids", all: false }), (found) => (bids.value = found)),
      seen(backend.call({ do: "seals" }), (found) => (seals.value = found)),
    ]);
    looks.value -= 1;
    failure.value = failures.find((one) => one !== null) ?? tokens.value?.failure ?? null;
  }

  function hear(news: News, backend: Backend): void {
    switch (news.news) {
      case "keys":
        void look(backend);
        break;
      case "progress":
        progress.value = news;
        break;
      case "files":
        dropped.value = news.dropped;
        files.value = [...files.value, ...news.files];
        break;
      case "waiting":
        waiting.value = news.count;
        break;
      case "reminder":
        reminders.value = [...reminders.value, news.text];
        break;
    }
  }

  return {
    tokens,
    bids,
    seals,
    failure,
    progress,
    waiting,
    reminders,
    files,
    dropped,
    looking,
    pointed,
    held,
    signers,
    recipients,
    look,
    hear,
  };
});
