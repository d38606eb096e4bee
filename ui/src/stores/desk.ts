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
  const files = shallowRef<Chosen[]>([]);

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

  /** Looks again at what is here; a failure is kept beside what was seen last. */
  async function look(backend: Backend): Promise<void> {
    try {
      tokens.value = await backend.call({ do: "tokens" });
      bids.value = await backend.call({ do: "bids", all: false });
      seals.value = await backend.call({ do: "seals" });
      failure.value = tokens.value.failure;
    } catch (thrown) {
      failure.value = told(thrown);
    }
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
        files.value = news.files;
        break;
      case "waiting":
        waiting.value = news.count;
        break;
      case "reminder":
        reminders.value = [...reminders.value, news.text];
        break;
    }
  }

  return { tokens, bids, seals, failure, progress, waiting, reminders, files, held, signers, recipients, look, hear };
});
