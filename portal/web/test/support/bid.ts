// Bids of the command line, and what companies say about them.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

import { type Desk, HOLDER, PIN } from "../../../../sdk/test/support/desk";
import type { Answer, Client } from "./client";
import type { Company } from "./company";
import type { Portal } from "./portal";

/** Bytes of one request. */
const SLICE = 4 << 20;

/** A tender as a bid names it. */
export interface Lot {
  id: string;
  title: string;
  opens_at: number;
}

/** An encrypted bid on the disk, and what its sealing statement says. */
export interface Sealed {
  path: string;
  bytes: Buffer;
  /** What is signed. */
  statement: Buffer;
}

/** Encrypts a file for a lot. */
export function encrypted(desk: Desk, portal: Portal, lot: Lot, name: string, content: string | Buffer): Sealed {
  desk.write(`${name}.txt`, content);
  const meta = {
    project: lot.title,
    opens_at: new Date(lot.opens_at * 1000).toISOString().replace(".000", ""),
    platform_origin: portal.origin,
    platform_cert: `${portal.data}/encrypt.pem`,
  };
  desk.write(`${name}.json`, JSON.stringify(meta));
  const words = ["bid", "encrypt", `${name}.txt`, "-o", `${name}.bid`, "--to", HOLDER, "--meta", `${name}.json`];
  desk.run([...words, "--statement", HOLDER, "--yes"], { pin: PIN });
  const statement = execFileSync(
    "openssl",
    ["cms", "-verify", "-noverify", "-inform", "DER", "-in", desk.file(`${name}.bid.p7s`)],
    { stdio: "pipe" },
  );
  return { path: desk.file(`${name}.bid`), bytes: readFileSync(desk.file(`${name}.bid`)), statement };
}

/** The holder's answer to the platform, by the command line. */
export function answered(desk: Desk, portal: Portal, sealed: Sealed): Buffer {
  const out = `${sealed.path}.answer`;
  desk.run(["bid", "open", sealed.path, "-o", out, "--to", `${portal.data}/encrypt.pem`, "--yes", "--force"], {
    pin: PIN,
  });
  return readFileSync(out);
}

/** Sends one slice. */
export function slice(client: Client, lot: Lot, bytes: Buffer, from: number, to: number): Promise<Answer> {
  const range = `bytes ${String(from)}-${String(to - 1)}/${String(bytes.length)}`;
  return client.send("PUT", `/tenders/${lot.id}/bid/bytes`, bytes.subarray(from, to), { "content-range": range });
}

/** Announces a bid and sends all of it from where the portal has come to. */
export async function sent(client: Client, lot: Lot, bytes: Buffer): Promise<void> {
  const { body } = await client.send("POST", `/tenders/${lot.id}/bid`, { size: bytes.length });
  let { received } = body["bid"] as { received: number };
  while (received < bytes.length) {
    const answer = await slice(client, lot, bytes, received, Math.min(received + SLICE, bytes.length));
    received = Number(answer.body["received"]);
  }
}

/** Submits what was sent, with this company's word that it is his. */
export function submitted(client: Client, lot: Lot, company: Company, statement: Buffer): Promise<Answer> {
  return client.send("POST", `/tenders/${lot.id}/bid/submit`, { statement: company.signs(statement, false) });
}
