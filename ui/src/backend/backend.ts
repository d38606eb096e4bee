// What the screens talk to: the program around them, or sample data in a browser.

import type {
  About,
  Bid,
  Call,
  Certificate,
  CertificateStatus,
  Check,
  Chosen,
  Decrypted,
  Encrypted,
  EvidenceMade,
  JournalEntry,
  JournalState,
  Links,
  News,
  Outside,
  Pin,
  Practice,
  Preferences,
  Prompt,
  PromptAnswer,
  Rehearsed,
  Room,
  Seal,
  Site,
  Stamped,
  Told,
  Token,
  Tokens,
  Verified,
} from "../generated/screens";

/** What each call gives. */
export interface Replies {
  about: About;
  preferences: Preferences;
  set_preferences: Preferences;
  pick: Chosen[];
  opened: Chosen[];
  cancel: null;
  links: Links | null;
  turn_links: Links | null;
  tokens: Tokens;
  make_token: Token;
  activate: Pin;
  change_pin: Pin;
  unblock: Pin;
  verify_pin: Pin;
  import_certificate: number;
  export_certificate: null;
  trusted: Certificate[];
  trust: Certificate[];
  distrust: Certificate;
  status: CertificateStatus;
  seals: Seal[];
  import_seal: Seal;
  rename_seal: Seal;
  remove_seal: null;
  seal_picture: string;
  stamp: Stamped;
  bids: Bid[];
  encrypt: Encrypted;
  room: Room;
  inspect: Outside;
  rehearse: Rehearsed;
  decrypt: Decrypted;
  evidence: EvidenceMade;
  receipt: Bid;
  clear: Bid;
  verify: Verified;
  verify_report: null;
  sites: Site[];
  forget_site: boolean;
  journal: JournalEntry[];
  check_journal: JournalState;
  export_journal: null;
  check: Check;
  repair: Check;
  practice_begin: Practice;
  practice_step: Practice;
  practice_end: null;
  check_bundle: null;
}

/** A call of one name. */
export type CallOf<D extends Call["do"]> = Extract<Call, { do: D }>;

/** The program behind the main window. */
export interface Backend {
  /** Does what is asked for; a failure is a {@link Told}. */
  call<D extends Call["do"]>(call: CallOf<D>): Promise<Replies[D]>;
  /** The bytes of a document, to be shown. */
  document(id: number): Promise<Uint8Array<ArrayBuffer>>;
  /** Hears what happens without being asked. */
  listen(told: (news: News) => void): void;
}

/** The program behind a consent or PIN window. */
export interface PromptBackend {
  /** The question of this window. */
  prompt(): Promise<Prompt>;
  /** The first page of one of its documents, as PNG. */
  preview(index: number): Promise<Uint8Array<ArrayBuffer>>;
  /** Answers by a button. */
  answer(answer: PromptAnswer): Promise<void>;
  /** Hands over what was typed. */
  submit(typed: string, again: string | null): Promise<void>;
  /** Gives up. */
  cancel(): Promise<void>;
}

/** What was thrown, as a failure with words. */
export function told(thrown: unknown): Told {
  if (typeof thrown === "object" && thrown !== null && "code" in thrown && "message" in thrown) {
    return thrown as Told;
  }
  return { code: "internal", message: String(thrown), hint: "", data: {} };
}
