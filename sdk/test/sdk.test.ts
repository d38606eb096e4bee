// The SDK against an agent in memory: what it concludes, keeps, sends, and gives up.

import { describe, expect, test } from "vitest";

import { Bidseal, BidsealError, type SdkCode } from "../src/index";
import { catalogue, preferred, words } from "../src/words";
import { FakeAgent } from "./support/fake";

function bidseal(agent: FakeAgent, fetched?: typeof fetch): Bidseal {
  return new Bidseal({ language: "en", surroundings: agent.surroundings(fetched) });
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return "ok";
  } catch (error) {
    expect(error).toBeInstanceOf(BidsealError);
    return (error as BidsealError).code;
  }
}

const health = (facts: object, status = 200): { status: number; body: string } => ({
  status,
  body: JSON.stringify(facts),
});
const GOOD = health({ product: "bidseal", protocol: 1 });

describe("what a page finds", () => {
  test.each<[SdkCode | "ok", (agent: FakeAgent) => void]>([
    ["ok", () => undefined],
    ["insecure_context", (agent) => (agent.isSecure = false)],
    ["unsupported_browser", (agent) => (agent.isCapable = false)],
    ["permission_denied", (agent) => (agent.access = { state: "denied", mayAsk: true })],
    ["blocked_frame", (agent) => (agent.access = { state: "prompt", mayAsk: false })],
    ["csp", (agent) => (agent.violations = ["http:"])],
    [
      "not_running",
      (agent) => {
        agent.ports.clear();
      },
    ],
    ["not_ours", (agent) => agent.ports.set(18651, health({ hello: 1 }))],
    ["not_ours", (agent) => agent.ports.set(18651, "unreadable")],
    ["too_old", (agent) => agent.ports.set(18651, health({ product: "bidseal", protocol: 0 }))],
    ["page_too_old", (agent) => agent.ports.set(18651, health({ product: "bidseal", protocol: 2 }))],
    [
      "other_user",
      (agent) => agent.ports.set(18651, health({ product: "bidseal", protocol: 1, other_user: true }, 421)),
    ],
  ])("%s", async (code, arrange) => {
    const agent = new FakeAgent();
    arrange(agent);
    expect(await codeOf(bidseal(agent).status())).toBe(code);
  });

  test("goes on to the next port when another user or program holds the first", async () => {
    const agent = new FakeAgent();
    agent.ports.set(18651, health({ product: "bidseal", protocol: 1, other_user: true }, 421));
    agent.ports.set(28651, health({ other: true }));
    agent.ports.set(31651, GOOD);
    expect((await bidseal(agent).status()).port).toBe(31651);
  });

  test("tells most when nothing is good", async () => {
    const agent = new FakeAgent();
    agent.ports.set(18651, health({ other: true }));
    agent.ports.set(31651, health({ product: "bidseal", protocol: 0 }));
    expect(await codeOf(bidseal(agent).status())).toBe("too_old");
  });

  describe("over TLS", () => {
    const requests = (agent: FakeAgent): string[] => agent.asked.filter((one) => one.startsWith("http"));
    const move = (agent: FakeAgent): void => {
      agent.ports.clear();
      agent.ports.set(28652, GOOD);
    };

    test("nothing is asked that answers without it", async () => {
      const agent = new FakeAgent();
      agent.ports.set(18652, GOOD);
      expect(await bidseal(agent).status()).toMatchObject({ port: 18651, secure: false });
      expect(agent.asked).toEqual(["http://127.0.0.1:18651/health", "ws://127.0.0.1:18651/v1"]);
    });

    test("is what is left when nothing answers without it", async () => {
      const agent = new FakeAgent();
      move(agent);
      expect(await bidseal(agent).status()).toMatchObject({ port: 28652, secure: true });
      expect(agent.asked.at(-1)).toBe("wss://127.0.0.1:28652/v1");
      const tried = requests(agent).filter((one) => !one.endsWith("no-cors"));
      expect(tried.map((one) => new URL(one).port)).toEqual(["18651", "28651", "31651", "18652", "28652"]);
    });

    test("comes first in a browser that needs it", async () => {
      const agent = new FakeAgent();
      agent.needsSecure = true;
      agent.ports.set(18652, GOOD);
      expect(await bidseal(agent).status()).toMatchObject({ port: 18652, secure: true });
      expect(requests(agent)).toHaveLength(1);
      agent.ports.clear();
      expect(await codeOf(bidseal(agent).status())).toBe("secure_needed");
    });

    test("helps where a policy or the way lets nothing else through", async () => {
      for (const block of [
        (agent: FakeAgent) => (agent.violations = ["http://"]),
        (agent: FakeAgent) => (agent.deafTo = "ws:"),
      ]) {
        const agent = new FakeAgent();
        agent.ports.set(18652, GOOD);
        block(agent);
        expect(await bidseal(agent).status()).toMatchObject({ port: 18652, secure: true });
      }
    });

    test("is no excuse: the first reason stands when it does not help either", async () => {
      const agent = new FakeAgent();
      agent.deafTo = "ws";
      expect(await codeOf(bidseal(agent).status())).toBe("refused");
      const without = new FakeAgent();
      without.ports.clear();
      without.violations = ["https:"];
      expect(await codeOf(bidseal(without).status())).toBe("not_running");
    });

    test("is not tried with ports of one's own unless they are given too", async () => {
      const agent = new FakeAgent();
      move(agent);
      const given = (securePorts?: number[]): Bidseal =>
        new Bidseal({ ports: [1], ...(securePorts && { securePorts }), surroundings: agent.surroundings() });
      expect(await codeOf(given().status())).toBe("not_running");
      expect((await given([28652]).status()).port).toBe(28652);
    });
  });

  test("a visitor who closes the browser's question is not asked a second time", async () => {
    const agent = new FakeAgent();
    agent.access = { state: "prompt", mayAsk: true };
    agent.ports.clear();
    agent.onAsked = () => (agent.clock += 4000);
    expect(await codeOf(bidseal(agent).status())).toBe("permission_denied");
    expect(agent.asked).toHaveLength(1);
    agent.onAsked = undefined;
    expect(await codeOf(bidseal(agent).status())).toBe("not_running");
  });

  test("a visitor who says yes is asked once, whatever is tried after it", async () => {
    const agent = new FakeAgent();
    agent.access = { state: "prompt", mayAsk: true };
    agent.ports.clear();
    agent.ports.set(18651, health({ other: true }));
    agent.ports.set(18652, GOOD);
    let questions = 0;
    agent.onAsked = () => {
      questions += agent.access.state === "prompt" ? 1 : 0;
      agent.access = { state: "granted", mayAsk: true };
    };
    expect((await bidseal(agent).status()).secure).toBe(true);
    expect(questions).toBe(1);
  });

  test("a program that was called and did not come is not installed", async () => {
    const agent = new FakeAgent();
    agent.ports.clear();
    expect(await codeOf(bidseal(agent).wake(10))).toBe("not_installed");
    expect(agent.links).toEqual(["bidseal:wake"]);
  });
});

describe("the installation", () => {
  test("is kept at the first approval, known afterwards, and its change reported", async () => {
    const agent = new FakeAgent();
    const first = bidseal(agent);
    expect((await first.status()).installation).toBe("new");
    expect(agent.kept.size).toBe(0);
    await first.connect();
    expect(agent.kept.size).toBe(1);
    expect((await bidseal(agent).status()).installation).toBe("known");
    agent.reinstall();
    agent.allowed = false;
    const later = bidseal(agent);
    expect(await codeOf(later.connect())).toBe("installation_changed");
    expect(agent.allowed).toBe(false);
    await later.acceptInstallation();
    expect(await codeOf(later.connect())).toBe("ok");
  });

  test("that cannot prove its key is not ours", async () => {
    const agent = new FakeAgent();
    const stranger = new FakeAgent();
    const { hello } = stranger.methods;
    agent.methods["hello"] = (_, socket, id) => hello?.({ nonce: "another" }, socket, id);
    expect(await codeOf(bidseal(agent).status())).toBe("not_ours");
  });
});

describe("calls", () => {
  test("carry the agent's own code, words and facts", async () => {
    const agent = new FakeAgent();
    agent.methods["login"] = () => new Error("user.cancelled");
    const refused = bidseal(agent).authenticate("n".repeat(44), { certificate: "c" });
    await expect(refused).rejects.toMatchObject({
      code: "user.cancelled",
      message: "message of user.cancelled",
      hint: "hint of user.cancelled",
      data: { a: 1 },
      isCancelled: true,
    });
  });

  test("that are cancelled or take too long are cancelled on the other side too", async () => {
    for (const options of [{ signal: AbortSignal.abort() }, { timeout: 10 }]) {
      const agent = new FakeAgent();
      const page = bidseal(agent);
      await page.connect();
      const code = await codeOf(page.authenticate("n".repeat(44), { certificate: "c", ...options }));
      expect(code).toBe("signal" in options ? "aborted" : "timeout");
      expect(agent.calls.at(-1)?.method).toBe("cancel");
    }
  });

  test("end with the connection, and the next one connects anew", async () => {
    const agent = new FakeAgent();
    agent.methods["login"] = (_, socket) =>
      void setTimeout(() => {
        socket.close();
      });
    const page = bidseal(agent);
    expect(await codeOf(page.authenticate("n".repeat(44), { certificate: "c" }))).toBe("connection_lost");
    expect(await codeOf(page.status())).toBe("ok");
  });

  test("lists are read page by page", async () => {
    const agent = new FakeAgent();
    agent.methods["certificates"] = ({ from }) =>
      from === 0 ? { certificates: [{ sha256: "a" }], next: 10 } : { certificates: [{ sha256: "b" }] };
    expect((await bidseal(agent).certificates()).map((one) => one.sha256)).toEqual(["a", "b"]);
  });

  test("no certificate that fits has a word of its own", async () => {
    const agent = new FakeAgent();
    agent.methods["certificates"] = () => ({
      certificates: [
        { sha256: "a", can_sign: true, valid_from: "2020-01-01T00:00:00Z", valid_to: "2021-01-01T00:00:00Z" },
      ],
    });
    expect(await codeOf(bidseal(agent).getSigningCertificate())).toBe("no_certificate");
  });
});

describe("documents", () => {
  const SIZE = 20 << 20;

  /** An agent that takes slices; the second request is lost after half of it was counted. */
  function receiving(agent: FakeAgent): { fetched: typeof fetch; ranges: string[] } {
    const ranges: string[] = [];
    let received = 0;
    agent.methods["document.open"] = () => ({ id: "d", ticket: "t", path: "/v1/documents/d" });
    const fetched: typeof fetch = (input, init) => {
      if (init?.method !== "PUT") {
        return agent.health(input as string);
      }
      const range = new Headers(init.headers).get("content-range") ?? "";
      ranges.push(range);
      const [from, to] = /bytes (\d+)-(\d+)/.exec(range)?.slice(1).map(Number) ?? [];
      if (ranges.length === 2) {
        received += 1000;
        return Promise.reject(new TypeError("lost"));
      }
      if (from !== received || to === undefined) {
        const error = { message: "m", data: { code: "web.range", hint: "h", data: { received } } };
        return Promise.resolve(new Response(JSON.stringify({ error }), { status: 409 }));
      }
      received = to + 1;
      return Promise.resolve(new Response(JSON.stringify({ received })));
    };
    return { fetched, ranges };
  }

  test("go on after an interruption from where the agent has come to", async () => {
    const agent = new FakeAgent();
    const { fetched, ranges } = receiving(agent);
    const seen: number[] = [];
    const onProgress = ({ done }: { done: number }): void => void seen.push(done);
    await bidseal(agent, fetched).upload("a", new Blob([new Uint8Array(SIZE)]), { onProgress });
    expect(ranges.at(-1)).toBe(`bytes ${String((8 << 20) + 1000 + (8 << 20))}-${String(SIZE - 1)}/${String(SIZE)}`);
    expect(seen.at(-1)).toBe(SIZE);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
  });

  test("are given up when the page does not want them any more", async () => {
    const agent = new FakeAgent();
    agent.methods["document.open"] = () => ({ id: "d", ticket: "t", path: "/v1/documents/d" });
    const abort = new AbortController();
    const fetched: typeof fetch = (input, init) => {
      if (init?.method !== "PUT") {
        return agent.health(input as string);
      }
      abort.abort();
      return Promise.reject(new DOMException("aborted", "AbortError"));
    };
    const sent = bidseal(agent, fetched).upload("a", new Blob(["text"]), { signal: abort.signal });
    expect(await codeOf(sent)).toBe("aborted");
  });

  test("that cannot be sent say so after a few attempts", async () => {
    const agent = new FakeAgent();
    agent.methods["document.open"] = () => ({ id: "d", ticket: "t", path: "/v1/documents/d" });
    let attempts = 0;
    const fetched: typeof fetch = (input, init) => {
      if (init?.method !== "PUT") {
        return agent.health(input as string);
      }
      attempts += 1;
      return Promise.reject(new TypeError("lost"));
    };
    expect(await codeOf(bidseal(agent, fetched).upload("a", new Blob(["text"])))).toBe("transfer_failed");
    expect(attempts).toBe(4);
  });

  test("come back in slices, of which a short one is asked for again", async () => {
    const agent = new FakeAgent();
    const content = new Uint8Array(SIZE).map((_, at) => at % 251);
    let cut = true;
    const fetched: typeof fetch = (input, init) => {
      const [from, to] =
        /(\d+)-(\d+)/
          .exec(new Headers(init?.headers).get("range") ?? "")
          ?.slice(1)
          .map(Number) ?? [];
      if (from === undefined || to === undefined) {
        return agent.health(input as string);
      }
      const end = cut ? to - 5 : to + 1;
      cut = false;
      return Promise.resolve(new Response(content.slice(from, end), { status: 206 }));
    };
    const place = { id: "d", ticket: "t", path: "/v1/documents/d", name: "a", length: SIZE, sha256: "" };
    const whole = await bidseal(agent, fetched).download(place);
    expect(Buffer.compare(Buffer.from(await whole.arrayBuffer()), Buffer.from(content))).toBe(0);
  });

  test("are poured into a stream as they come, and go on in the middle of a slice", async () => {
    const agent = new FakeAgent();
    const content = new Uint8Array(SIZE).map((_, at) => at % 251);
    const ranges: string[] = [];
    const fetched: typeof fetch = (input, init) => {
      const range = new Headers(init?.headers).get("range");
      const [from = 0, to = 0] =
        /(\d+)-(\d+)/
          .exec(range ?? "")
          ?.slice(1)
          .map(Number) ?? [];
      if (range === null) {
        return agent.health(input as string);
      }
      ranges.push(range);
      const bytes = content.slice(from, to + 1);
      const broken = new ReadableStream<Uint8Array>({
        pull: (stream) => {
          if (ranges.length === 2 && bytes.length > 0) {
            stream.enqueue(bytes.slice(0, 1000));
            ranges.push("broken");
          } else if (ranges.length === 3) {
            stream.error(new TypeError("lost"));
          } else {
            stream.enqueue(bytes);
            stream.close();
          }
        },
      });
      return Promise.resolve(new Response(broken, { status: 206 }));
    };
    const place = { id: "d", ticket: "t", path: "/v1/documents/d", name: "a", length: SIZE, sha256: "" };
    const got: Uint8Array[] = [];
    const to = new WritableStream<Uint8Array<ArrayBuffer>>({ write: (chunk) => void got.push(chunk.slice()) });
    await bidseal(agent, fetched).download(place, { to });
    expect(Buffer.compare(Buffer.concat(got), Buffer.from(content))).toBe(0);
    expect(ranges[3]).toMatch(new RegExp(`^bytes=${String((8 << 20) + 1000)}-`));
  });

  test("are not asked for again when the page's own stream fails", async () => {
    const agent = new FakeAgent();
    const fetched: typeof fetch = (input, init) =>
      new Headers(init?.headers).has("range")
        ? Promise.resolve(new Response(new Uint8Array(10), { status: 206 }))
        : agent.health(input as string);
    const place = { id: "d", ticket: "t", path: "/v1/documents/d", name: "a", length: 10, sha256: "" };
    const to = new WritableStream<Uint8Array<ArrayBuffer>>({
      write: () => Promise.reject(new Error("the disk is full")),
    });
    await expect(bidseal(agent, fetched).download(place, { to })).rejects.toThrow("the disk is full");
  });

  test("abort the page's own stream when they do not come: what it has is no whole file", async () => {
    const agent = new FakeAgent();
    const fetched: typeof fetch = (input, init) =>
      new Headers(init?.headers).has("range")
        ? Promise.resolve(Response.json({}, { status: 403 }))
        : agent.health(input as string);
    const place = { id: "d", ticket: "t", path: "/v1/documents/d", name: "a", length: 10, sha256: "" };
    const ends: string[] = [];
    const to = new WritableStream<Uint8Array<ArrayBuffer>>({
      close: () => void ends.push("closed"),
      abort: () => void ends.push("aborted"),
    });
    await expect(bidseal(agent, fetched).download(place, { to })).rejects.toMatchObject({ code: "transfer_failed" });
    expect(ends).toEqual(["aborted"]);
  });
});

describe("the words", () => {
  const codes = Object.keys(catalogue) as SdkCode[];

  test.each(codes)("of %s say cause and next step in both languages", (code) => {
    for (const text of Object.values(words(code, "zh-CN"))) {
      expect(text).toMatch(/\p{Script=Han}/u);
    }
    for (const text of Object.values<string>({ ...words(code, "en") })) {
      expect(text).not.toMatch(/\p{Script=Han}/u);
      expect(text.length).toBeGreaterThan(10);
    }
  });

  test("follow the visitor's languages", () => {
    expect(preferred(["fr", "en-GB", "zh"])).toBe("en");
    expect(preferred(["zh-TW", "en"])).toBe("zh-CN");
    expect(preferred(["fr"])).toBe("zh-CN");
  });
});
