// A browser and an agent that exist only in memory: every port, permission and message is the test's.

import { generateKeyPairSync, sign, webcrypto } from "node:crypto";
import { createHash } from "node:crypto";

import type { LocalAccess, Surroundings } from "../../src/surroundings";

type Handler = (params: Record<string, unknown>, socket: FakeSocket, id: number) => unknown;

/** What a port answers to `GET /health`; absent: nothing listens. */
export type Port = { status: number; body: string } | "unreadable";

/** An agent in memory. */
export class FakeAgent {
  readonly ports = new Map<number, Port>();
  readonly methods: Record<string, Handler> = {};
  readonly calls: { method: string; params: Record<string, unknown> }[] = [];
  readonly kept = new Map<string, string>();
  readonly origin = "https://portal.example";
  allowed = false;
  access: LocalAccess = { state: "granted", mayAsk: true };
  isSecure = true;
  isCapable = true;
  needsSecure = false;
  /** What the visitor does at the browser's question, and how long it takes. */
  onAsked: (() => void) | undefined;
  clock = 0;
  /** Sockets whose address begins with this are refused. */
  deafTo = "none";
  /** Every address that was asked for, in order; `no-cors` marks a second look. */
  asked: string[] = [];
  /** Beginnings of addresses that the page's content security policy forbids. */
  violations: string[] = [];
  private keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
  private heard: ((address: string) => void)[] = [];
  links: string[] = [];

  constructor() {
    this.ports.set(18651, { status: 200, body: JSON.stringify({ product: "bidseal", protocol: 1 }) });
    this.methods["hello"] = ({ nonce }) => this.hello(String(nonce));
    this.methods["connect"] = () => {
      this.allowed = true;
      return { decision: "once" };
    };
  }

  /** Another installation in its place. */
  reinstall(): void {
    this.keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
  }

  private hello(nonce: string): object {
    const hash = (text: string): Buffer => createHash("sha256").update(text).digest();
    const message = Buffer.concat([Buffer.from("bidseal-hello-v1"), hash(this.origin), hash(nonce)]);
    const signature = sign("sha256", message, this.keys.privateKey).toString("base64");
    const key = this.keys.publicKey.export({ type: "spki", format: "der" }).toString("base64");
    return { product: "bidseal", version: "1.0.0", protocol: 1, key, signature, allowed: this.allowed };
  }

  surroundings(
    fetched: typeof fetch = (input, init) => this.health(input instanceof URL ? input.href : (input as string), init),
  ): Surroundings {
    return {
      origin: this.origin,
      isSecure: this.isSecure,
      isCapable: this.isCapable,
      needsSecure: this.needsSecure,
      now: () => this.clock,
      languages: ["en"],
      storage: {
        getItem: (key) => this.kept.get(key) ?? null,
        setItem: (key, value) => void this.kept.set(key, value),
      },
      crypto: webcrypto as unknown as Crypto,
      fetch: fetched,
      openSocket: (url) => {
        this.asked.push(url);
        return new FakeSocket(this, url.startsWith(this.deafTo)) as unknown as WebSocket;
      },
      localAccess: () => Promise.resolve(this.access),
      onPolicyViolation: (callback) => {
        this.heard.push(callback);
        return () => void this.heard.splice(this.heard.indexOf(callback), 1);
      },
      followLink: (link) => void this.links.push(link),
    };
  }

  health(address: string, init: RequestInit = {}): Promise<Response> {
    this.asked.push(init.mode === "no-cors" ? `${address} no-cors` : address);
    this.onAsked?.();
    const forbidden = this.violations.find((one) => address.startsWith(one));
    if (forbidden !== undefined) {
      this.heard.forEach((callback) => {
        callback(address);
      });
    }
    const port = this.ports.get(Number(new URL(address).port));
    if (port === undefined || forbidden !== undefined) {
      return Promise.reject(new TypeError("Failed to fetch"));
    }
    return Promise.resolve(port === "unreadable" ? new Response("") : new Response(port.body, { status: port.status }));
  }
}

/** The socket of a page. */
export class FakeSocket extends EventTarget {
  readyState = 1;

  constructor(
    private readonly agent: FakeAgent,
    deaf: boolean,
  ) {
    super();
    setTimeout(() => this.dispatchEvent(new Event(deaf ? "close" : "open")));
  }

  send(text: string): void {
    const { id, method, params } = JSON.parse(text) as { id: number; method: string; params: Record<string, unknown> };
    this.agent.calls.push({ method, params });
    const result = this.agent.methods[method]?.(params, this, id);
    if (result !== undefined) {
      this.say(result instanceof Error ? { id, error: refusal(result.message) } : { id, result });
    }
  }

  say(message: object): void {
    setTimeout(() => this.dispatchEvent(new MessageEvent("message", { data: JSON.stringify(message) })));
  }

  close(): void {
    this.readyState = 3;
    this.dispatchEvent(new Event("close"));
  }
}

function refusal(code: string): object {
  return { code: -32000, message: `message of ${code}`, data: { code, hint: `hint of ${code}`, data: { a: 1 } } };
}
