// Finds the agent of this computer's user, or says as exactly as a page can know why there is none.

import { type Endpoint, requestsTo } from "./endpoint";
import type { Health } from "./generated/Health";
import { type BidsealError, failure, type Language, type SdkCode } from "./errors";
import type { Surroundings } from "./surroundings";

/** The version of the protocol that this SDK speaks. */
export const PROTOCOL = 1;

/** How long a port may take: long enough for a person who is asked by the browser, and no longer than a lost packet. */
const ASKED = 120_000;
const UNASKED = 5_000;
/** A request that fails while the permission is open fails at once if nothing listens; after this long a person has closed the question. */
const DISMISSED = 1_500;

/** Why a port is not the agent's. */
interface Miss {
  code: SdkCode;
  data?: Record<string, unknown>;
}

/** Tries the endpoints in turn, group by group, and answers the first that is the agent's. */
export async function find(
  around: Surroundings,
  groups: readonly (readonly Endpoint[])[],
  language: Language,
  signal?: AbortSignal,
): Promise<Endpoint> {
  await mayTry(around, language);
  const missed: Miss[] = [];
  for (const [rank, group] of groups.entries()) {
    for (const endpoint of group) {
      const finding = await look(around, endpoint, signal);
      if (finding === undefined) {
        return endpoint;
      }
      if (ENDS_THE_SEARCH.includes(finding.code)) {
        throw failure(finding.code, language, finding.data);
      }
      // A site that never listed the addresses of the second choice is not at fault.
      if (finding.code !== "csp" || rank === 0) {
        missed.push(finding);
      }
      if (finding.code === "csp") {
        break;
      }
    }
  }
  throw verdict(around, missed, language);
}

/** These concern the page or the browser, and so every port alike. */
const ENDS_THE_SEARCH: readonly SdkCode[] = ["permission_denied", "blocked_frame", "aborted"];
/** What tells most stands first: an agent that is too old explains more than a port where nothing listens. */
const RANKING: readonly SdkCode[] = ["too_old", "page_too_old", "other_user", "not_ours", "csp"];

function verdict(around: Surroundings, missed: readonly Miss[], language: Language): BidsealError {
  const telling = RANKING.map((code) => missed.find((one) => one.code === code)).find((one) => one !== undefined);
  if (telling !== undefined) {
    return failure(telling.code, language, telling.data);
  }
  return failure(around.needsSecure ? "secure_needed" : "not_running", language);
}

/** What can be known without asking anybody. */
async function mayTry(around: Surroundings, language: Language): Promise<void> {
  if (!around.isSecure) {
    throw failure("insecure_context", language);
  }
  if (!around.isCapable) {
    throw failure("unsupported_browser", language);
  }
  const access = await around.localAccess();
  if (!access.mayAsk) {
    throw failure("blocked_frame", language);
  }
  if (access.state === "denied") {
    throw failure("permission_denied", language);
  }
}

/** Nothing, if the endpoint is the agent's. */
async function look(around: Surroundings, endpoint: Endpoint, signal?: AbortSignal): Promise<Miss | undefined> {
  const address = `${requestsTo(endpoint)}/health`;
  const forbidden = watchPolicy(around, endpoint.port);
  const wasOpen = (await around.localAccess()).state === "prompt";
  const begun = around.now();
  try {
    const answer = await around.fetch(address, {
      cache: "no-store",
      credentials: "omit",
      signal: within(wasOpen ? ASKED : UNASKED, signal),
    });
    return await judge(answer, endpoint.port);
  } catch (error) {
    if (signal?.aborted === true) {
      return { code: "aborted" };
    }
    await tellsLater();
    if (forbidden.seen()) {
      return { code: "csp" };
    }
    return await whyNot(around, address, error, wasOpen && around.now() - begun > DISMISSED);
  } finally {
    forbidden.end();
  }
}

/** A port that answers: ours, another user's, of another version, or somebody else's. */
async function judge(answer: Response, port: number): Promise<Miss | undefined> {
  let health: Partial<Health>;
  try {
    health = (await answer.json()) as Partial<Health>;
  } catch {
    return { code: "not_ours", data: { port } };
  }
  if (health.product !== "bidseal" || typeof health.protocol !== "number") {
    return { code: "not_ours", data: { port } };
  }
  if (answer.status === 421 || health.other_user === true) {
    return { code: "other_user", data: { port } };
  }
  if (health.protocol !== PROTOCOL) {
    return { code: health.protocol < PROTOCOL ? "too_old" : "page_too_old", data: { protocol: health.protocol } };
  }
  return answer.ok ? undefined : { code: "not_ours", data: { port } };
}

/**
 * A request that failed tells nothing by itself; the permission and a request without CORS do. Where the visitor was
 * asked and gave no yes, no further request is sent: each would ask again.
 */
async function whyNot(around: Surroundings, address: string, error: unknown, dismissed: boolean): Promise<Miss> {
  const { state } = await around.localAccess();
  if (state === "denied" || (dismissed && state === "prompt")) {
    return { code: "permission_denied" };
  }
  if (error instanceof DOMException && error.name === "TimeoutError") {
    // Something took the connection and said nothing.
    return { code: "not_ours" };
  }
  return { code: (await speaksHttp(around, address)) ? "not_ours" : "not_running" };
}

/** Whether anything answers there at all, whatever it says. */
async function speaksHttp(around: Surroundings, address: string): Promise<boolean> {
  try {
    await around.fetch(address, { mode: "no-cors", cache: "no-store", credentials: "omit", signal: within(UNASKED) });
    return true;
  } catch (error) {
    return error instanceof DOMException && error.name === "TimeoutError";
  }
}

/** Whether the page's content security policy forbade an address of this port. */
export function watchPolicy(around: Surroundings, port: number): { seen(): boolean; end(): void } {
  let seen = false;
  const end = around.onPolicyViolation((address) => {
    seen ||= address.includes(`127.0.0.1:${String(port)}`);
  });
  return { seen: () => seen, end };
}

/** The browser reports a violation in a task of its own, after the request has failed. */
export function tellsLater(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20));
}

function within(milliseconds: number, signal?: AbortSignal): AbortSignal {
  const timeout = AbortSignal.timeout(milliseconds);
  return signal === undefined ? timeout : either(timeout, signal);
}

/** `AbortSignal.any`, which browsers of 2022 do not have. */
function either(...signals: AbortSignal[]): AbortSignal {
  const both = new AbortController();
  for (const signal of signals) {
    const abort = (): void => {
      both.abort(signal.reason);
    };
    if (signal.aborted) {
      abort();
    } else {
      signal.addEventListener("abort", abort, { once: true });
    }
  }
  return both.signal;
}
