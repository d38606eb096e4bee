// Login tokens of the real agent, judged by two validators that were written from the Web eID specification and share no
// code with the program.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type * as Sdk from "../../src/index";
import { answer, type Browser, HOSTS, openBrowser } from "../support/browser";
import { Agent, Desk } from "../support/desk";
import { freePort, serve, type Site } from "../support/site";

declare const Bidseal: typeof Sdk;

const SAMPLES = resolve(import.meta.dirname, "../../samples");
const VECTORS = resolve(import.meta.dirname, "../../../tests/data/login");
const PYTHON = process.env["BIDSEAL_TEST_PYTHON"] ?? resolve(import.meta.dirname, "../../../target/venv/bin/python");
const ROOTS = join(mkdtempSync(join(tmpdir(), "bidseal-roots-")), "roots.pem");
const NONCE = "q83vASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4k=";

/** A token, and everything a server needs to judge it. */
interface Case {
  origin: string;
  nonce: string;
  /** When it was made, RFC 3339. */
  at: string;
  /** PEM. */
  roots: string;
  token: Sdk.Login;
}

type Judge = (given: Case) => { accepted: boolean; why: string };

const python: Judge = (given) => {
  const words = ["--origin", given.origin, "--nonce", given.nonce, "--roots", ROOTS, "--at", given.at];
  return run(PYTHON, [`${SAMPLES}/python/login_token.py`, ...words], given);
};

const node: Judge = (given) =>
  run(process.execPath, [`${SAMPLES}/node/login-token.mjs`, given.origin, given.nonce, ROOTS, given.at], given);

function run(program: string, words: string[], given: Case): ReturnType<Judge> {
  writeFileSync(ROOTS, given.roots);
  const ran = spawnSync(program, words, { input: JSON.stringify(given.token), encoding: "utf8" });
  if (ran.error !== undefined || !(ran.status === 0 || ran.stderr.startsWith("refused"))) {
    throw new Error(`${program}: ${String(ran.error)} ${ran.stderr}`);
  }
  return { accepted: ran.status === 0, why: ran.stderr.trim() };
}

const CASES = [
  { suite: "p256", algorithm: "ES256", judges: { python, node } },
  { suite: "rsa", algorithm: "RS256", judges: { python, node } },
  { suite: "sm", algorithm: "SM2SM3", judges: { python } },
];

afterAll(() => {
  rmSync(dirname(ROOTS), { recursive: true });
});

describe.each(CASES)("a token of $suite", ({ suite, algorithm, judges }) => {
  let desk: Desk;
  let agent: Agent;
  let browser: Browser;
  let site: Site;
  let made: Case;

  beforeAll(async () => {
    desk = new Desk(suite);
    agent = await Agent.start(desk, await freePort());
    site = await serve({ "/": {} }, HOSTS);
    browser = await openBrowser([site.port]);
    await answer(browser, "granted");
    const page = await browser.context.newPage();
    const origin = `https://portal.example:${String(site.port)}`;
    await page.goto(`${origin}/`);
    const token = await authenticated(page, agent);
    const at = new Date().toISOString().replace(/\.\d+/, "");
    made = { origin, nonce: NONCE, at, roots: readFileSync(desk.file("chain.pem"), "utf8"), token };
  });

  afterAll(async () => {
    await browser.close();
    await site.close();
    await agent.stop();
    desk.remove();
  });

  test("names its algorithm, and neither origin nor nonce", () => {
    expect(made.token).toMatchObject({ format: "web-eid:1.0", algorithm });
    expect(JSON.stringify(made.token)).not.toContain(made.nonce);
    expect(JSON.stringify(made.token)).not.toContain("portal.example");
  });

  test.each(Object.entries(judges))("is accepted by the %s sample for its own page only", (_, judge) => {
    expect(judge(made)).toEqual({ accepted: true, why: "" });
    const refused = (change: Partial<Case>): string => judge({ ...made, ...change }).why;
    expect(refused({ origin: "https://portal.example" })).toContain("signature");
    expect(refused({ origin: made.origin.replace("https", "http") })).toContain("signature");
    expect(refused({ nonce: NONCE.replace("q83v", "q83w") })).toContain("signature");
    expect(refused({ at: "2029-01-01T00:00:00Z" })).toContain("not valid now");
    const other = readFileSync(`${VECTORS}/${suite === "rsa" ? "p256" : "rsa"}.json`, "utf8");
    expect(refused({ roots: (JSON.parse(other) as Case).roots })).toContain("no authority");
  });
});

/** Has the page ask, and the person agree. */
async function authenticated(page: Page, agent: Agent): Promise<Sdk.Login> {
  const asked = page.evaluate(([port, nonce]) => new Bidseal.Bidseal({ ports: [port] }).authenticate(nonce), [
    agent.port,
    NONCE,
  ] as const);
  await agent.letsIn("once");
  await agent.agrees();
  return asked;
}

describe("the published vectors", () => {
  test.each(CASES)("of $suite are accepted", ({ suite, algorithm, judges }) => {
    const given = JSON.parse(readFileSync(`${VECTORS}/${suite}.json`, "utf8")) as Case;
    expect(given.token.algorithm).toBe(algorithm);
    for (const judge of Object.values(judges)) {
      expect(judge(given)).toEqual({ accepted: true, why: "" });
      expect(judge({ ...given, nonce: NONCE.replace("q83v", "q83w") }).accepted).toBe(false);
    }
  });
});

test("a nonce is taken once", () => {
  const script = `
import sys; sys.path.insert(0, ${JSON.stringify(`${SAMPLES}/python`)})
from login_token import Nonces, Refused
nonces = Nonces(); nonces.issue("a", "n"); assert nonces.take("a") == "n"
try: nonces.take("a")
except Refused: print("refused")
`;
  const ran = spawnSync(PYTHON, ["-c", script], { encoding: "utf8" });
  expect(ran.stdout.trim()).toBe("refused");
});
