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

/**
 * Fetches a document, into a stream if there is one; the browser keeps a big Blob on disk. A stream that does not get all of it
 * is aborted, so that no part of a file is taken for the whole.
 */
export async function fetchWhole(
  around: Surroundings,
  base: string,
  place: Place,
  language: Language,
  options: CallOptions & { to?: WritableStream<Uint8Array<ArrayBuffer>> | undefined },
): Promise<Blob> {
  const parts: Blob[] = [];
  const writer = options.to?.getWriter();
  try {
    await fetchSlices(around, base, place, language, options, (outcome, wanted) =>
      taken(outcome, wanted, parts, writer),
    );
    await writer?.close();
  } catch (error) {
    // One that is itself at fault has nothing left to abort.
    await writer?.abort(error).catch(() => undefined);
    throw error;
  }
  return new Blob(parts);
}

/** Asks for slice after slice; `take` says how much of one came. */
async function fetchSlices(
  around: Surroundings,
  base: string,
  place: Place,
  language: Language,
  options: CallOptions,
  take: (outcome: Response | BidsealError, wanted: number) => Promise<number>,
): Promise<void> {
  let done = 0;
  let failed = 0;
  while (done < place.length) {
    const end = Math.min(done + SLICE, place.length);
    const headers = { authorization: `Bearer ${place.ticket}`, range: `bytes=${String(done)}-${String(end - 1)}` };
    const outcome = await attempt(around, base + place.path, { headers }, language, options);
    const came = await take(outcome, end - done);
    failed = came > 0 ? 0 : failed + 1;
    if (failed === ATTEMPTS) {
      throw outcome instanceof Response ? await refusal(outcome, language) : outcome;
    }
    done += came;
    options.onProgress?.({ step: "download", done, total: place.length });
  }
}

/** Takes what came of a slice of `wanted` bytes, and says how many; what did not come is asked for again. */
async function taken(
  outcome: Response | BidsealError,
  wanted: number,
  parts: Blob[],
  writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>> | undefined,
): Promise<number> {
  if (!(outcome instanceof Response) || outcome.status !== 206 || outcome.body === null) {
    return 0;
  }
  if (writer !== undefined) {
    return poured(outcome.body, wanted, writer);
  }
  const part = await outcome.blob().catch(() => undefined);
  if (part?.size !== wanted) {
    return 0;
  }
  parts.push(part);
  return wanted;
}

/** Writes bytes as they come: not even a slice is ever held. */
async function poured(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  wanted: number,
  writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>,
): Promise<number> {
  const reader = body.getReader();
  let came = 0;
  while (came < wanted) {
    // A broken line ends a slice early; a fault of the stream that is written to is the page's own.
    const chunk = (await reader.read().catch(() => undefined))?.value?.subarray(0, wanted - came);
    if (chunk === undefined) {
      break;
    }
    await writer.write(chunk);
    came += chunk.length;
  }
  await reader.cancel().catch(() => undefined);
  return came;
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
