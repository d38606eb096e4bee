// Requests to the portal's own server.

import { reason } from "./words";

/** What the server said no to, or why it could not be asked. */
export class ServerError extends Error {
  readonly hint: string;

  constructor(readonly code: string) {
    const [message, hint] = reason(code);
    super(message);
    this.hint = hint;
  }
}

export interface Session {
  csrf: string;
  account: { company: string; credit_code: string } | null;
  now: number;
  origin: string;
  agent_ports: number[];
  agent_tls_ports: number[];
  /** What the authorities said about the certificate at the last login. */
  revocation: { state: "good" | "not_checked" | "unknown"; reasons: string[]; at: number } | null;
}

let csrf = "";
/** Seconds by which the server's clock is ahead of this one. */
let ahead = 0;

/** Who this is; also fetches what every change must carry. */
export async function session(): Promise<Session> {
  const told = (await request("GET", "/session")) as Session;
  csrf = told.csrf;
  setClock(told.now);
  return told;
}

export function setClock(now: number): void {
  ahead = now - Date.now() / 1000;
}

/** The server's time, in seconds. */
export function serverTime(): number {
  return Date.now() / 1000 + ahead;
}

export async function get<Answer>(path: string): Promise<Answer> {
  return (await request("GET", path)) as Answer;
}

export async function post<Answer>(path: string, body: unknown = {}): Promise<Answer> {
  return (await request("POST", path, JSON.stringify(body), { "content-type": "application/json" })) as Answer;
}

export async function postBytes<Answer>(path: string, body: Blob): Promise<Answer> {
  return (await request("POST", path, body)) as Answer;
}

export async function getBytes(path: string): Promise<Blob> {
  return (await answered("GET", path, null, {})).blob();
}

/** Sends a file in slices, from where the server says it has come to. */
export async function sendFile(path: string, file: Blob, onProgress: (done: number) => void): Promise<void> {
  const SLICE = 4 << 20;
  let failed = 0;
  const { bid } = await post<{ bid: { received: number } }>(path, { size: file.size });
  let done = bid.received;
  while (done < file.size) {
    const end = Math.min(done + SLICE, file.size);
    const range = `bytes ${String(done)}-${String(end - 1)}/${String(file.size)}`;
    try {
      const answer = await raw("PUT", `${path}/bytes`, file.slice(done, end), { "content-range": range });
      if (!answer.ok && answer.status !== 409) {
        throw new ServerError(await codeOf(answer));
      }
      done = ((await answer.json()) as { received?: number }).received ?? done;
      failed = 0;
    } catch (error) {
      failed += 1;
      if (failed === 5 || !(error instanceof ServerError) || error.code !== "network") {
        throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
    onProgress(done);
  }
}

async function request(method: string, path: string, body?: BodyInit, headers = {}): Promise<unknown> {
  return (await answered(method, path, body ?? null, headers)).json();
}

async function answered(
  method: string,
  path: string,
  body: BodyInit | null,
  headers: Record<string, string>,
): Promise<Response> {
  const answer = await raw(method, path, body, headers);
  if (!answer.ok) {
    throw new ServerError(await codeOf(answer));
  }
  return answer;
}

async function raw(
  method: string,
  path: string,
  body: BodyInit | null,
  headers: Record<string, string>,
): Promise<Response> {
  try {
    return await fetch(`/api${path}`, { method, body, headers: { ...headers, "x-csrf-token": csrf } });
  } catch {
    throw new ServerError("network");
  }
}

async function codeOf(answer: Response): Promise<string> {
  const told = (await answer.json().catch(() => ({}))) as { error?: { code?: string } };
  return told.error?.code ?? "internal";
}
