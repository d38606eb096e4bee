// A web site over https that serves the built SDK, and programs that hold a port without being the agent.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const SCRIPT = resolve(import.meta.dirname, "../../dist/bidseal.script.js");

/** A page of the site. */
export interface PageContent {
  body?: string;
  headers?: Record<string, string>;
}

/** A server with a port of its own. */
export interface Site {
  port: number;
  close(): Promise<void>;
}

/** A key and a certificate that no authority knows, made by OpenSSL; the browser is told to take it. */
export function certificate(hosts: string[]): { key: Buffer; cert: Buffer } {
  const folder = mkdtempSync(join(tmpdir(), "bidseal-site-"));
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const names = hosts.map((host) => `DNS:${host}`).join(",");
  const words = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
  execFileSync(
    "openssl",
    [...words, "-subj", "/CN=test", "-addext", `subjectAltName=${names}`, "-keyout", key, "-out", cert],
    {
      stdio: "pipe",
    },
  );
  const pair = { key: readFileSync(key), cert: readFileSync(cert) };
  rmSync(folder, { recursive: true });
  return pair;
}

/** Serves pages by their paths, over https unless `plain`. Every page has the SDK at hand as `Bidseal`. */
export async function serve(
  pages: Record<string, PageContent>,
  hosts: string[],
  plain = false,
  pair = certificate(hosts),
): Promise<Site> {
  const answer: http.RequestListener = (request, response) => {
    const path = request.url ?? "/";
    const page = pages[path];
    if (path === "/bidseal.script.js") {
      response.writeHead(200, { "content-type": "text/javascript" }).end(readFileSync(SCRIPT));
    } else if (page === undefined) {
      response.writeHead(404).end();
    } else {
      const html = `<!doctype html><script src="/bidseal.script.js"></script>${page.body ?? ""}`;
      response.writeHead(200, { "content-type": "text/html; charset=utf-8", ...page.headers }).end(html);
    }
  };
  return listen(plain ? http.createServer(answer) : https.createServer(pair, answer), 0);
}

/** Something else on a port: it answers, and is not the agent. */
export function foreign(port: number): Promise<Site> {
  return listen(
    http.createServer((_, response) => {
      response.writeHead(200, { "content-type": "text/plain", server: "Other/1.0" }).end("hello");
    }),
    port,
  );
}

/** Waits until a server listens on this computer. */
export function listen(server: http.Server | https.Server, port: number): Promise<Site> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      resolve({
        port: (server.address() as AddressInfo).port,
        close: () =>
          new Promise((closed) => {
            server.closeAllConnections();
            server.close(() => {
              closed();
            });
          }),
      });
    });
  });
}

/** A port that nobody holds at this moment. */
export async function freePort(): Promise<number> {
  const site = await listen(http.createServer(), 0);
  await site.close();
  return site.port;
}
