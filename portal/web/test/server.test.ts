// The portal's server against a page that does not keep the rules: everything is judged there, whatever the page shows.

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { Desk } from "../../../sdk/test/support/desk";
import { type Answer, Client } from "./support/client";
import { Company } from "./support/company";
import { openPortal, type Portal } from "./support/portal";

let desk: Desk;
let portal: Portal;

beforeAll(async () => {
  desk = new Desk("p256");
  portal = await openPortal(desk, 18651);
});

afterAll(async () => {
  await portal.close();
  desk.remove();
});

const soon = (): number => Math.floor(Date.now() / 1000);

describe("a session", () => {
  test("is needed, and what changes something carries its token and comes from the portal's own page", async () => {
    const stranger = new Client(portal);
    expect((await stranger.send("POST", "/nonce")).code).toBe("session");
    for (const spoil of [
      { csrf: "0".repeat(32) },
      { csrf: "" },
      { origin: "https://evil.example" },
      { origin: undefined },
    ]) {
      const client = Object.assign(await Client.open(portal), spoil);
      expect((await client.send("POST", "/nonce")).code).toBe("csrf");
    }
    expect((await (await Client.open(portal)).send("GET", "/tenders")).code).toBe("login");
  });

  test("has a cookie that scripts and other sites cannot use, and a new one after login", async () => {
    const client = new Client(portal);
    client.origin = portal.origin;
    const { headers } = await client.send("GET", "/session");
    expect(String(headers["set-cookie"])).toMatch(/^__Host-.*Secure; HttpOnly; SameSite=Strict/);
    const visitor = await Client.open(portal);
    const before = { cookie: visitor.cookie, csrf: visitor.csrf, origin: visitor.origin };
    await new Company(desk, "cookies").enter(visitor);
    expect(visitor.cookie).not.toBe(before.cookie);
    const old = Object.assign(new Client(portal), before);
    expect((await old.send("POST", "/nonce")).code).toBe("session");
  });
});

describe("a login", () => {
  test("takes a nonce once, and only for this origin", async () => {
    const company = new Company(desk, "replay");
    const client = await Client.open(portal);
    const nonce = String((await client.send("POST", "/nonce")).body["nonce"]);
    const foreign = { company: "replay", credit_code: "", token: company.token("https://evil.example", nonce) };
    expect((await client.send("POST", "/register", foreign)).code).toBe("token_signature");
    const late = { company: "replay", credit_code: "", token: company.token(portal.origin, nonce) };
    expect((await client.send("POST", "/register", late)).code).toBe("nonce");
    expect((await company.enter(client)).status).toBe(200);
    expect((await company.enter(await Client.open(portal))).code).toBe("certificate_bound");
  });

  test("knows only certificates that were bound", async () => {
    const client = await Client.open(portal);
    const nonce = String((await client.send("POST", "/nonce")).body["nonce"]);
    const token = new Company(desk, "unknown").token(portal.origin, nonce);
    expect((await client.send("POST", "/login", { token })).code).toBe("certificate_unknown");
  });
});

describe("a tender", () => {
  let client: Client;

  beforeAll(async () => {
    client = await Client.open(portal);
    await new Company(desk, "host").enter(client);
  });

  const publish = (deadline: number, opens_at: number, title = "t"): Promise<Answer> =>
    client.send("POST", "/tenders", { title, lot: "", deadline, opens_at });

  test("has a deadline in the future and an opening after it", async () => {
    expect((await publish(soon() - 10, soon() + 10)).code).toBe("dates");
    expect((await publish(soon() + 100, soon() + 10)).code).toBe("dates");
    expect((await publish(soon() + 100, soon() + 100, "\u0007")).code).toBe("text");
    expect((await publish(soon() + 100, soon() + 100)).status).toBe(200);
  });

  test("takes slices in their order, whole bids only, and nothing after its deadline", async () => {
    const deadline = soon() + 15;
    const { id } = (await publish(deadline, deadline)).body as { id: string };
    const bid = `/tenders/${id}/bid`;
    expect((await client.send("POST", bid, { size: 1 })).code).toBe("size");
    expect((await client.send("POST", bid, { size: 2 ** 50 })).code).toBe("size");
    expect((await client.send("POST", bid, { size: 8000 })).status).toBe(200);
    const slice = (from: number, length: number, size = 8000): Promise<Answer> =>
      client.send("PUT", `${bid}/bytes`, Buffer.alloc(length), {
        "content-range": `bytes ${String(from)}-${String(from + length - 1)}/${String(size)}`,
      });
    expect((await slice(100, 10)).body).toEqual({ received: 0 });
    expect((await slice(0, 4000, 9000)).status).toBe(409);
    expect((await slice(0, 4000)).body).toEqual({ received: 4000 });
    expect((await slice(0, 4000)).body).toEqual({ received: 4000 });
    expect((await client.send("POST", `${bid}/submit`, { statement: "" })).code).toBe("incomplete");
    expect((await client.send("POST", bid, { size: 8000 })).body["bid"]).toMatchObject({ received: 4000 });
    expect((await slice(4000, 4000)).body).toEqual({ received: 8000 });
    expect((await client.send("POST", `${bid}/submit`, { statement: "AAAA" })).code).toBe("not_a_bid");
    expect((await client.send("POST", `${bid}/open`, Buffer.alloc(10))).code).toBe("not_yet");
    expect((await client.send("GET", `/tenders/${id}/record`)).code).toBe("not_yet");
    await expect.poll(async () => (await slice(0, 10)).code, { timeout: 60_000 }).toBe("deadline");
    expect((await client.send("POST", bid, { size: 8000 })).code).toBe("deadline");
    expect((await client.send("POST", `${bid}/submit`, { statement: "AAAA" })).code).toBe("deadline");
  });

  test("is closed to who takes no part, and no name reaches a file of the server", async () => {
    expect((await client.send("GET", "/tenders/..%2f..%2fportal.db")).code).toBe("absent");
    const opening = soon() + 5;
    const { id } = (await publish(opening, opening)).body as { id: string };
    const other = await Client.open(portal);
    await new Company(desk, "other").enter(other);
    const record = async (): Promise<string | undefined> => (await other.send("GET", `/tenders/${id}/record`)).code;
    await expect.poll(record, { timeout: 60_000 }).toBe("no_party");
    expect((await other.send("POST", `/tenders/${id}/record`, { signature: "AAAA" })).code).toBe("no_party");
    expect((await other.send("POST", `/tenders/${id}/bid/open`, Buffer.alloc(10))).code).toBe("absent");
    expect((await client.send("POST", `/tenders/${id}/record`, { signature: "AAAA" })).code).toBe("signature");
  });
});
