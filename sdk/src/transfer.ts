// Documents, up and down in slices: neither side ever holds a whole one in memory.

import { BidsealError, failure, type Language } from "./errors";
import type { CallOptions } from "./socket";
import type { Surroundings } from "./surroundings";

/** Bytes of one request. */
const SLICE = 8 << 20;
/** Attempts for one slice; what has arrived is not sent again. */
const ATTEMPTS = 4;

/** Where a document's bytes go or come from. */
export interface Place {
  ticket: string;
  path: string;
  length: number;
}

/** Sends the bytes of a document. */
export async function send(
  around: Surroundings,
  base: string,
  place: Place,
  content: Blob,
  language: Language,
  options: CallOptions,
): Promise<void> {
  let done = 0;
  let failed = 0;
  while (done < content.size) {
    const end = Math.min(done + SLICE, content.size);
    const request: RequestInit = {
      method: "PUT",
      headers: {
        authorization: `Bearer ${place.ticket}`,
        "content-range": `bytes ${String(done)}-${String(end - 1)}/${String(content.size)}`,
      },
      body: content.slice(done, end),
    };
    const outcome = await attempt(around, base + place.path, request, language, options);
    const received = await receivedBytes(outcome);
    failed = received > done ? 0 : failed + 1;
    if (failed === ATTEMPTS) {
      throw outcome instanceof Response ? await refusal(outcome, language) : outcome;
    }
    done = Math.max(done, received);
    options.onProgress?.({ step: "upload", done, total: content.size });
  }
}

/** Fetches a document, into a stream if there is one; the browser keeps a big Blob on disk. */
export async function fetchWhole(
  around: Surroundings,
  base: string,
  place: Place,
  language: Language,
  options: CallOptions & { to?: WritableStream<Uint8Array<ArrayBuffer>> | undefined },
): Promise<Blob> {
  const parts: Blob[] = [];
  const writer = options.to?.getWriter();
  let done = 0;
  let failed = 0;
  while (done < place.length) {
    const end = Math.min(done + SLICE, place.length);
    const headers = { authorization: `Bearer ${place.ticket}`, range: `bytes=${String(done)}-${String(end - 1)}` };
    const outcome = await attempt(around, base + place.path, { headers }, language, options);
    const part = outcome instanceof Response && outcome.status === 206 ? await body(outcome) : undefined;
    if (part?.size !== end - done) {
      failed += 1;
      if (failed === ATTEMPTS) {
        throw outcome instanceof Response ? await refusal(outcome, language) : outcome;
      }
      continue;
    }
    failed = 0;
    await (writer === undefined ? parts.push(part) : writer.write(new Uint8Array(await part.arrayBuffer())));
    done = end;
    options.onProgress?.({ step: "download", done, total: place.length });
  }
  await writer?.close();
  return new Blob(parts);
}

/** One request; a fault of the line is an outcome, the visitor's wish to stop is not. */
async function attempt(
  around: Surroundings,
  address: string,
  request: RequestInit,
  language: Language,
  options: CallOptions,
): Promise<Response | BidsealError> {
  try {
    const signal = options.signal ?? null;
    return await around.fetch(address, { ...request, signal, cache: "no-store", credentials: "omit" });
  } catch {
    if (options.signal?.aborted === true) {
      throw failure("aborted", language);
    }
    return failure("transfer_failed", language);
  }
}

async function body(answer: Response): Promise<Blob | undefined> {
  try {
    return await answer.blob();
  } catch {
    return undefined;
  }
}

/** How much of the document the agent has: it says so when it takes a slice, and when it refuses one. */
async function receivedBytes(outcome: Response | BidsealError): Promise<number> {
  if (!(outcome instanceof Response)) {
    return 0;
  }
  const told = (await outcome
    .clone()
    .json()
    .catch(() => ({}))) as {
    received?: number;
    error?: { data?: { data?: { received?: number } } };
  };
  return told.received ?? told.error?.data?.data?.received ?? 0;
}

async function refusal(answer: Response, language: Language): Promise<BidsealError> {
  const told = (await answer.json().catch(() => undefined)) as
    { error?: { message: string; data: { code: string; hint: string; data?: Record<string, unknown> } } } | undefined;
  if (told?.error === undefined) {
    return failure("transfer_failed", language, { status: answer.status });
  }
  return new BidsealError(told.error.data.code, told.error.message, told.error.data.hint, told.error.data.data);
}
