// Finds the agent of this computer's user, or says as exactly as a page can know why there is none.

import type { Health } from "./generated/Health";
import { failure, type Language, type SdkCode } from "./errors";
import type { Surroundings } from "./surroundings";

/** The version of the protocol that this SDK speaks. */
export const PROTOCOL = 1;
/** Where the agent may listen; the first free one is its own. */
export const PORTS: readonly number[] = [18651, 28651, 31651];

/** How long a port may take: long enough for a person who is asked by the browser, and no longer than a lost packet. */
const ASKED = 120_000;
const UNASKED = 5_000;

/** What a port turned out to be. */
type Finding = { port: number } | { code: SdkCode; data?: Record<string, unknown> };

/** Tries the ports in turn and answers the first that is the agent's. */
export async function find(
  around: Surroundings,
  ports: readonly number[],
  language: Language,
  signal?: AbortSignal,
): Promise<number> {
  await mayTry(around, language);
  const found: { code: SdkCode; data?: Record<string, unknown> }[] = [];
  for (const port of ports) {
    const finding = await look(around, port, signal);
    if ("port" in finding) {
      return finding.port;
    }
    if (ENDS_THE_SEARCH.includes(finding.code)) {
      throw failure(finding.code, language, finding.data);
    }
    found.push(finding);
  }
  // What tells most stands first: an agent that is too old explains more than a port where nothing listens.
  const telling = RANKING.map((code) => found.find((one) => one.code === code)).find((one) => one !== undefined);
  throw failure(telling?.code ?? "not_running", language, telling?.data);
}

/** These concern the page or the browser, and so every port alike. */
const ENDS_THE_SEARCH: readonly SdkCode[] = ["permission_denied", "csp", "blocked_frame", "aborted"];
const RANKING: readonly SdkCode[] = ["too_old", "page_too_old", "other_user", "not_ours", "not_running"];

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

async function look(around: Surroundings, port: number, signal?: AbortSignal): Promise<Finding> {
  const address = `http://127.0.0.1:${String(port)}/health`;
  const forbidden = watchPolicy(around, port);
  try {
    const patience = (await around.localAccess()).state === "prompt" ? ASKED : UNASKED;
    const answer = await around.fetch(address, {
      cache: "no-store",
      credentials: "omit",
      signal: within(patience, signal),
    });
    return await judge(answer, port);
  } catch (error) {
    if (signal?.aborted === true) {
      return { code: "aborted" };
    }
    await tellsLater();
    return forbidden.seen() ? { code: "csp" } : await whyNot(around, address, error);
  } finally {
    forbidden.end();
  }
}

/** A port that answers: ours, another user's, of another version, or somebody else's. */
async function judge(answer: Response, port: number): Promise<Finding> {
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
  return answer.ok ? { port } : { code: "not_ours", data: { port } };
}

/** A request that failed tells nothing by itself; the permission and a request without CORS do. */
async function whyNot(around: Surroundings, address: string, error: unknown): Promise<Finding> {
  const { state } = await around.localAccess();
  if (state === "denied") {
    return { code: "permission_denied" };
  }
  if (error instanceof DOMException && error.name === "TimeoutError") {
    // Something took the connection and said nothing: unless the browser still waits for its person.
    return { code: state === "prompt" ? "permission_denied" : "not_ours" };
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
