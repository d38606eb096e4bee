// Requests to the portal as somebody sends them who is no browser.

import type { IncomingHttpHeaders } from "node:http";
import https from "node:https";

import type { Portal } from "./portal";

/** What the server said. */
export interface Answer {
  status: number;
  code: string | undefined;
  body: Record<string, unknown>;
  headers: IncomingHttpHeaders;
}

/** A browser's session, or what somebody makes of it. */
export class Client {
  cookie = "";
  csrf = "";
  origin: string | undefined;

  constructor(private readonly portal: Portal) {}

  /** With a session and everything that the portal's own page sends. */
  static async open(portal: Portal): Promise<Client> {
    const client = new Client(portal);
    client.origin = portal.origin;
    client.csrf = String((await client.send("GET", "/session")).body["csrf"]);
    return client;
  }

  send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const sent = Buffer.isBuffer(body) ? body : body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const all: Record<string, string | number> = {
      host: new URL(this.portal.origin).host,
      cookie: this.cookie,
      "x-csrf-token": this.csrf,
      "content-type": "application/json",
      "content-length": sent?.length ?? 0,
      ...headers,
    };
    if (this.origin !== undefined) {
      all["origin"] = this.origin;
    }
    const options = { host: "127.0.0.1", port: this.portal.port, method, path: `/api${path}`, headers: all };
    return new Promise((resolve, reject) => {
      // No connection is used twice: after a while the other side closes it, perhaps just when the next request comes.
      const request = https.request({ ...options, rejectUnauthorized: false, agent: false }, (response) => {
        const parts: Buffer[] = [];
        response.on("data", (part: Buffer) => parts.push(part));
        response.on("end", () => {
          this.cookie = response.headers["set-cookie"]?.[0]?.split(";")[0] ?? this.cookie;
          const text = Buffer.concat(parts).toString();
          const parsed = (text.startsWith("{") ? JSON.parse(text) : {}) as Record<string, unknown>;
          const { code } = (parsed["error"] ?? {}) as { code?: string };
          resolve({ status: response.statusCode ?? 0, code, body: parsed, headers: response.headers });
        });
      });
      request.on("error", reject);
      request.end(sent);
    });
  }
}
