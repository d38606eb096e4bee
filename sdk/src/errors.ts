// What can go wrong, as a word that programs read and as words for the visitor.

import { words } from "./words";

/** What the SDK itself finds out. Codes with a dot come from the agent and stand in docs/errors.md. */
export type SdkCode =
  | "insecure_context"
  | "unsupported_browser"
  | "blocked_frame"
  | "csp"
  | "permission_denied"
  | "not_running"
  | "secure_needed"
  | "not_installed"
  | "not_ours"
  | "other_user"
  | "too_old"
  | "page_too_old"
  | "refused"
  | "installation_changed"
  | "connection_lost"
  | "timeout"
  | "aborted"
  | "transfer_failed"
  | "no_certificate";

/** The languages of the words. */
export type Language = "zh-CN" | "en";

/** Every error that a promise of the SDK is rejected with. */
export class BidsealError extends Error {
  override readonly name = "BidsealError";
  /** A word of {@link SdkCode}, or the agent's own, such as `user.cancelled`. */
  readonly code: string;
  /** What to do next, in the visitor's language. */
  readonly hint: string;
  /** The facts, by name. */
  readonly data: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, hint: string, data: Record<string, unknown> = {}) {
    super(message);
    this.code = code;
    this.hint = hint;
    this.data = data;
  }

  /** The visitor said no, in whichever way: nothing is broken, and nothing needs explaining. */
  get isCancelled(): boolean {
    return this.code === "user.cancelled" || this.code === "web.refused" || this.code === "aborted";
  }
}

/** An error of the SDK's own, with its words. */
export function failure(code: SdkCode, language: Language, data: Record<string, unknown> = {}): BidsealError {
  const { message, hint } = words(code, language);
  return new BidsealError(code, message, hint, data);
}
