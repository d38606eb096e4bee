// Bids of several companies, from the upload to the record that all sign; and everything that somebody could try on the way.

import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { Desk } from "../../../sdk/test/support/desk";
import { answered, encrypted, type Lot, type Sealed, sent, slice, submitted } from "./support/bid";
import { type Answer, Client } from "./support/client";
import { Company } from "./support/company";
import { openPortal, type Portal } from "./support/portal";

let desk: Desk;
let portal: Portal;
let host: Visitor;
let first: Visitor;
let second: Visitor;

/** A company and its session. */
interface Visitor {
  company: Company;
  client: Client;
}

async function visitor(name: string): Promise<Visitor> {
  const company = new Company(desk, name);
  const client = await Client.open(portal);
  await company.enter(client);
  return { company, client };
}

const now = (): number => Math.floor(Date.now() / 1000);

/** A tender that opens at its deadline. */
async function published(title: string, opens_at: number): Promise<Lot> {
  const { body } = await host.client.send("POST", "/tenders", { title, lot: "", deadline: opens_at, opens_at });
  return { id: String(body["id"]), title, opens_at };
}

/** Waits for the opening by the portal's own clock. */
async function opened(lot: Lot): Promise<void> {
  const code = async (): Promise<string | undefined> =>
    (await host.client.send("GET", `/tenders/${lot.id}/record`)).code;
  await expect.poll(code, { timeout: 60_000 }).not.toBe("not_yet");
}

beforeAll(async () => {
  desk = new Desk("p256");
  portal = await openPortal(desk, 18651);
  host = await visitor("host");
  first = await visitor("first");
  second = await visitor("second");
});

afterAll(async () => {
  await portal.close();
  desk.remove();
});

describe("the opening of two bids", () => {
  let lot: Lot;
  const bids: Sealed[] = [];
  const path = (end: string): string => `/tenders/${lot.id}/${end}`;

  beforeAll(async () => {
    lot = await published("two", now() + 40);
    for (const [name, { client, company }] of Object.entries({ one: first, two: second })) {
      const bid = encrypted(desk, portal, lot, name, `offer of ${company.name}`);
      await sent(client, lot, bid.bytes);
      expect((await submitted(client, lot, company, bid.statement)).status).toBe(200);
      bids.push(bid);
    }
  });

  test("shows nothing but their number before its time", async () => {
    const { body } = await first.client.send("GET", `/tenders/${lot.id}`);
    expect(body).toMatchObject({ count: 2, bids: [] });
    expect((await first.client.send("POST", path("bid/open"), Buffer.alloc(10))).code).toBe("not_yet");
  });

  test("takes each holder's answer for his own bid only, once, and no other bytes", async () => {
    await opened(lot);
    const [one, two] = bids.map((bid) => answered(desk, portal, bid)) as [Buffer, Buffer];
    const open = async ({ client }: Visitor, answer: Buffer): Promise<Answer> =>
      client.send("POST", path("bid/open"), answer);
    expect((await open(host, one)).code).toBe("absent");
    expect((await open(second, one)).code).toBe("answer");
    expect((await open(second, Buffer.alloc(65 << 10))).code).toBe("answer");
    const harmed = Buffer.from(two);
    harmed.writeUInt8(harmed.readUInt8(harmed.length - 20) ^ 1, harmed.length - 20);
    expect((await open(second, harmed)).code).toBe("answer");
    expect((await host.client.send("GET", path("record"))).code).toBe("not_all_opened");
    expect((await open(first, one)).body["files"]).toEqual([{ path: "one.txt", size: 14 }]);
    expect((await open(first, one)).code).toBe("opened");
    expect((await host.client.send("GET", path("record"))).code).toBe("not_all_opened");
    expect((await open(second, two)).status).toBe(200);
    const folders = readdirSync(join(portal.data, "opened")).map((name) => join(portal.data, "opened", name));
    const files = folders.flatMap((folder) =>
      readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8")),
    );
    expect(files.sort()).toEqual(["offer of first", "offer of second"]);
  });

  test("ends with a record that host and bidders sign, each for himself, as OpenSSL confirms", async () => {
    const read = async ({ client }: Visitor): Promise<Record<string, unknown>> =>
      (await client.send("GET", path("record"))).body;
    const content = String((await read(host))["content"]);
    const record = JSON.parse(content) as { bids: { company: string }[] };
    // Both may have been submitted within the same second.
    record.bids.sort((a, b) => a.company.localeCompare(b.company));
    expect(record).toMatchObject({
      tender: lot.id,
      bids: [
        { company: "first", how: "header", files: [{ path: "one.txt" }] },
        { company: "second", how: "header", files: [{ path: "two.txt" }] },
      ],
    });
    const sign = async ({ client }: Visitor, by: Visitor, text = content): Promise<Answer> =>
      client.send("POST", path("record"), { signature: by.company.signs(text, true) });
    expect((await sign(first, second)).code).toBe("signature");
    expect((await sign(first, first, `${content} `)).code).toBe("signature");
    const stranger = await visitor("stranger");
    expect((await sign(stranger, stranger)).code).toBe("no_party");
    for (const party of [host, first, second]) {
      expect((await sign(party, party)).status).toBe(200);
    }
    const { signed } = (await read(second)) as { signed: { company: string }[] };
    expect(signed.map((one) => one.company).sort()).toEqual(["first", "host", "second"]);
    expect((await read(first))["content"]).toBe(content);
    const p7s = desk.write("record.p7s", Buffer.from(host.company.signs(content, true), "base64"));
    const words = [
      "cms",
      "-verify",
      "-binary",
      "-inform",
      "DER",
      "-in",
      p7s,
      "-content",
      desk.write("record", content),
    ];
    execFileSync("openssl", [...words, "-CAfile", desk.file("chain.pem"), "-purpose", "any"], { stdio: "pipe" });
  });
});

describe("a bid on its way", () => {
  let lot: Lot;
  let bid: Sealed;

  beforeAll(async () => {
    lot = await published("long", now() + 3600);
    bid = encrypted(desk, portal, lot, "long", "offer");
  });

  /** Sends a bid for a lot and submits it. */
  async function offered(who: Visitor, to: Lot, bytes: Buffer, statement = bid.statement, by = who): Promise<Answer> {
    await sent(who.client, to, bytes);
    return submitted(who.client, to, by.company, statement);
  }

  test("is refused when it was made for another lot", async () => {
    const other = await published("other", now() + 3600);
    expect((await offered(first, other, bid.bytes)).code).toBe("other_tender");
  });

  test("is refused when a byte of it was changed, wherever it lies", async () => {
    for (const at of [9, 40, bid.bytes.length >> 1, bid.bytes.length - 10]) {
      const harmed = Buffer.from(bid.bytes);
      harmed.writeUInt8(harmed.readUInt8(at) ^ 1, at);
      const tried = await visitor(`harmed-${String(at)}`);
      expect((await offered(tried, lot, harmed)).code, `byte ${String(at)}`).toMatch(/^(not_a_bid|other_tender)$/);
    }
  });

  test("is refused with another's statement, one about another bid, or none", async () => {
    const third = await visitor("third");
    expect((await offered(third, lot, bid.bytes, bid.statement, second)).code).toBe("statement");
    const other = encrypted(desk, portal, lot, "unlike", "another offer");
    expect((await submitted(third.client, lot, third.company, other.statement)).code).toBe("statement");
    for (const [statement, code] of [
      ["AAAA", "signature"],
      ["no base64", "statement"],
    ]) {
      expect((await third.client.send("POST", `/tenders/${lot.id}/bid/submit`, { statement })).code).toBe(code);
    }
  });

  test("is nobody else's to see, to continue or to submit", async () => {
    await first.client.send("POST", `/tenders/${lot.id}/bid`, { size: bid.bytes.length });
    expect((await slice(first.client, lot, bid.bytes, 0, 4100)).body).toEqual({ received: 4100 });
    const fourth = await visitor("fourth");
    expect((await fourth.client.send("GET", `/tenders/${lot.id}/bid`)).body).toEqual({ bid: null });
    expect((await fourth.client.send("GET", `/tenders/${lot.id}/bid/header`)).code).toBe("absent");
    expect((await slice(fourth.client, lot, bid.bytes, 4100, 4200)).code).toBe("absent");
    expect((await submitted(fourth.client, lot, fourth.company, bid.statement)).code).toBe("absent");
    const borrowed = Object.assign(await Client.open(portal), { csrf: first.client.csrf });
    expect((await borrowed.send("POST", `/tenders/${lot.id}/bid`, { size: 5000 })).code).toBe("csrf");
    expect((await slice(first.client, lot, bid.bytes, 4100, 4200)).body).toEqual({ received: 4200 });
  });

  test("is taken once", async () => {
    expect((await offered(first, lot, bid.bytes)).status).toBe(200);
    expect((await submitted(first.client, lot, first.company, bid.statement)).code).toBe("submitted");
    expect((await first.client.send("POST", `/tenders/${lot.id}/bid`, { size: 9000 })).code).toBe("submitted");
    expect((await slice(first.client, lot, bid.bytes, 0, 4100)).code).toBe("submitted");
  });

  test("holds each byte once when the same slice comes twice at the same time", async () => {
    const fifth = await visitor("fifth");
    await fifth.client.send("POST", `/tenders/${lot.id}/bid`, { size: bid.bytes.length });
    await Promise.all(Array.from({ length: 8 }, () => slice(fifth.client, lot, bid.bytes, 0, bid.bytes.length)));
    expect((await submitted(fifth.client, lot, fifth.company, bid.statement)).status).toBe(200);
  });

  test("is too late when its last word comes after the deadline, though every byte came before", async () => {
    const brief = await published("brief", now() + 20);
    const late = encrypted(desk, portal, brief, "brief", "offer");
    await sent(second.client, brief, late.bytes);
    await opened(brief);
    expect((await submitted(second.client, brief, second.company, late.statement)).code).toBe("deadline");
    expect((await second.client.send("GET", `/tenders/${brief.id}`)).body).toMatchObject({ count: 0, bids: [] });
    expect((await second.client.send("POST", `/tenders/${brief.id}/bid/open`, Buffer.alloc(9))).code).toBe("absent");
  });
});

describe("a request that no page sends", () => {
  let lot: Lot;

  beforeAll(async () => {
    lot = await published("odd", now() + 3600);
  });

  test.each<[string, string, string, unknown, Record<string, string>, string]>([
    [
      "is larger than any slice",
      "PUT",
      "bid/bytes",
      Buffer.alloc((8 << 20) + 1),
      { "content-range": "bytes 0-1/2" },
      "too_large",
    ],
    [
      "is a form",
      "POST",
      "bid",
      Buffer.from("size=5000"),
      { "content-type": "application/x-www-form-urlencoded" },
      "content_type",
    ],
    ["calls JSON plain text", "POST", "bid", { size: 5000 }, { "content-type": "text/plain" }, "content_type"],
    ["is no JSON", "POST", "bid", Buffer.from("{"), {}, "malformed"],
    ["nests without end", "POST", "bid", Buffer.from("[".repeat(100_000)), {}, "malformed"],
    ["has a member too many", "POST", "bid", { size: 5000, account: "another" }, {}, "malformed"],
    ["has a number for a text", "POST", "bid/submit", { statement: 1 }, {}, "malformed"],
    ["has a fraction for a size", "POST", "bid", { size: 5000.5 }, {}, "malformed"],
    ["has a size below zero", "POST", "bid", { size: -5000 }, {}, "size"],
    ["uses another method", "DELETE", "bid", undefined, {}, "method"],
    ["asks for what is not there", "GET", "bid/other", undefined, {}, "absent"],
  ])("%s", async (_, method, path, body, headers, code) => {
    expect((await first.client.send(method, `/tenders/${lot.id}/${path}`, body, headers)).code).toBe(code);
  });

  test("names a tender by a path, a quote, or nothing", async () => {
    const names = [
      "..%2f..%2fetc%2fpasswd",
      "%2e%2e",
      "'%20OR%20'1'='1",
      "%00",
      "x".repeat(4000),
      lot.id.toUpperCase(),
    ];
    for (const name of names) {
      for (const [method, end] of [
        ["GET", ""],
        ["GET", "/bid/header"],
        ["POST", "/bid"],
      ] as const) {
        const body = method === "POST" ? { size: 5000 } : undefined;
        const answer = await first.client.send(method, `/tenders/${name}${end}`, body);
        expect(answer.code, `${method} ${name}${end}`).toMatch(/^(absent|malformed|method)$/);
      }
    }
    expect(readdirSync(portal.data).sort()).not.toContain("passwd");
  });

  test("lays ranges that do not follow, overlap, or are no ranges", async () => {
    const sixth = await visitor("sixth");
    await sixth.client.send("POST", `/tenders/${lot.id}/bid`, { size: 5000 });
    const put = async (range: string | undefined, bytes = 10): Promise<Answer> =>
      sixth.client.send("PUT", `/tenders/${lot.id}/bid/bytes`, Buffer.alloc(bytes), {
        ...(range !== undefined && { "content-range": range }),
      });
    expect((await put(undefined)).code).toBe("range");
    for (const range of [
      "bytes 10-19/5000",
      "bytes 0-9/*",
      "bytes 0-8/5000",
      "bytes -1-8/5000",
      "items 0-9/5000",
      "bytes 0-9/18446744073709551616",
    ]) {
      const { status, body } = await put(range);
      expect([status, body], range).toEqual([409, { received: 0 }]);
    }
    expect((await put("bytes 0-5000/5000", 5001)).status).toBe(409);
  });

  test("shows hostile names as the text they are", async () => {
    const name = `<img src=x onerror=alert(1)>`;
    const client = await Client.open(portal);
    const company = new Company(desk, "plain");
    const nonce = String((await client.send("POST", "/nonce")).body["nonce"]);
    const token = company.token(portal.origin, nonce);
    expect((await client.send("POST", "/register", { company: name, credit_code: "", token })).status).toBe(200);
    expect((await client.send("GET", "/session")).body["account"]).toMatchObject({ company: name });
    const { headers } = await client.send("GET", "/session");
    expect(headers["content-type"]).toBe("application/json");
  });
});
