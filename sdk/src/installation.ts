// The key of the program on this computer: signed at every connection, and kept by the page from the first approval on.

import type { Hello } from "./generated/Hello";
import type { Surroundings } from "./surroundings";

const PREFIX = "bidseal-hello-v1";
const STORED = "bidseal.installation.v1";

/** Whether this is the program of last time. */
export type Installation = "new" | "known" | "changed";

/** 32 random bytes in base64: 44 characters. */
export function nonce(around: Surroundings): string {
  return toBase64(around.crypto.getRandomValues(new Uint8Array(32)));
}

/** Whether the answer to `hello` was signed, for this page and this nonce, by the key that it shows. */
export async function isSigned(around: Surroundings, hello: Hello, nonce: string): Promise<boolean> {
  const { subtle } = around.crypto;
  const digest = async (text: string): Promise<Uint8Array> =>
    new Uint8Array(await subtle.digest("SHA-256", new TextEncoder().encode(text)));
  const message = join(new TextEncoder().encode(PREFIX), await digest(around.origin), await digest(nonce));
  try {
    const curve = { name: "ECDSA", namedCurve: "P-256" };
    const key = await subtle.importKey("spki", fromBase64(hello.key), curve, false, ["verify"]);
    const signature = rawSignature(fromBase64(hello.signature));
    return await subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, signature, message);
  } catch {
    return false;
  }
}

/** Compares the key with the one that was kept. */
export function compare(around: Surroundings, hello: Hello): Installation {
  const kept = around.storage?.getItem(STORED);
  if (kept === null || kept === undefined) {
    return "new";
  }
  return kept === hello.key ? "known" : "changed";
}

/** Keeps the key for the next time. */
export function keep(around: Surroundings, hello: Hello): void {
  around.storage?.setItem(STORED, hello.key);
}

/** r ‖ s of 32 bytes each, from SEQUENCE { INTEGER, INTEGER }: browsers take no other form. */
function rawSignature(der: Uint8Array): Uint8Array<ArrayBuffer> {
  const raw = new Uint8Array(64);
  let at = 2;
  for (const end of [32, 64]) {
    const length = der[at + 1] ?? 0;
    const bytes = der.slice(at + 2, at + 2 + length);
    const significant = bytes.slice(Math.max(0, bytes.length - 32));
    raw.set(significant, end - significant.length);
    at += 2 + length;
  }
  return raw;
}

function join(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
