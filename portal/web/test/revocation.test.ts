// Whether a certificate was revoked, as the portal learns it at binding and login from OpenSSL's responder and lists.

import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";

import { Desk } from "../../../sdk/test/support/desk";
import { OpensslAuthority } from "./support/authority";
import { type Answer, Client } from "./support/client";
import { Company } from "./support/company";
import { openPortal, type Portal } from "./support/portal";

let desk: Desk;
let authority: OpensslAuthority;
let portal: Portal;
let strict: Portal;
let outside: Portal;

beforeAll(async () => {
  desk = new Desk("p256");
  authority = await OpensslAuthority.open(desk);
  const nearby = "--allow-private-addresses";
  portal = await openPortal(desk, 18651, [nearby]);
  strict = await openPortal(desk, 18651, [nearby, "--revocation", "require"], "strict");
  outside = await openPortal(desk, 18651, [], "outside");
});

beforeEach(() => {
  authority.responder = "answer";
  authority.list = "answer";
});

afterAll(async () => {
  await portal.close();
  await strict.close();
  await outside.close();
  await authority.close();
  desk.remove();
});

const company = (name: string): Company => new Company(desk, name, authority.issue);

/** Registers and answers what the session then says about the certificate. */
async function entered(who: Company, at = portal): Promise<{ answer: Answer; revocation: unknown }> {
  const client = await Client.open(at);
  const answer = await who.enter(client);
  return { answer, revocation: (await client.send("GET", "/session")).body["revocation"] };
}

test("a good certificate is let in, and the session says that it was asked", async () => {
  const { answer, revocation } = await entered(company("good"));
  expect(answer.status).toBe(200);
  expect(revocation).toMatchObject({ state: "good", reasons: [] });
  expect((await entered(company("good-strictly"), strict)).answer.status).toBe(200);
});

test("a revoked certificate is not bound, and one that was bound before logs in no more", async () => {
  const bound = company("bound");
  expect((await entered(bound)).answer.status).toBe(200);
  authority.revoke("bound.pem");
  const client = await Client.open(portal);
  expect((await bound.enter(client, "login")).code).toBe("certificate_revoked");
  expect((await client.send("GET", "/tenders")).code).toBe("login");
  const never = company("never");
  authority.revoke("never.pem");
  const { answer, revocation } = await entered(never);
  expect(answer.code).toBe("certificate_revoked");
  expect(revocation).toBeNull();
});

test("the list is asked when the responder fails, and believed either way", async () => {
  authority.responder = "fail";
  expect((await entered(company("listed"))).revocation).toMatchObject({ state: "good", reasons: ["network.status"] });
  const taken = company("taken-back");
  authority.revoke("taken-back.pem");
  expect((await entered(taken)).answer.code).toBe("certificate_revoked");
});

test("without an answer the visitor is let in and told so, unless the operator insists on one", async () => {
  authority.responder = "fail";
  authority.list = "fail";
  const { answer, revocation } = await entered(company("unknown"));
  expect(answer.status).toBe(200);
  expect(revocation).toMatchObject({ state: "unknown", reasons: ["network.status", "network.status"] });
  expect((await entered(company("unknown-strictly"), strict)).answer.code).toBe("revocation_unknown");
});

test("what somebody else signed is no answer", async () => {
  authority.responder = "lie";
  authority.list = "lie";
  const { revocation } = await entered(company("lied-about"));
  expect(revocation).toMatchObject({ state: "unknown" });
  expect((revocation as { reasons: string[] }).reasons.map((one) => one.split(".")[0])).toEqual(["ocsp", "crl"]);
});

test("a certificate's address does not lead the portal into a private network", async () => {
  const { answer, revocation } = await entered(company("inward"), outside);
  expect(answer.status).toBe(200);
  expect(revocation).toMatchObject({ state: "unknown", reasons: ["network.private", "network.private"] });
});

test("nobody is asked about a certificate whose key was not proved", async () => {
  const thief = company("thief");
  const client = await Client.open(portal);
  const nonce = String((await client.send("POST", "/nonce")).body["nonce"]);
  const asked = authority.asked;
  const token = { ...thief.token(portal.origin, nonce), ...{ signature: Buffer.alloc(64, 7).toString("base64") } };
  const answer = await client.send("POST", "/register", { company: "thief", credit_code: "", token });
  expect(answer.code).toBe("token_signature");
  expect(authority.asked).toBe(asked);
});
