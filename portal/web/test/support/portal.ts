// The real portal behind a proxy that speaks TLS, as an operator runs it.

import { type ChildProcess, spawn } from "node:child_process";
import { copyFileSync, mkdirSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import { join, resolve } from "node:path";

import { HOSTS } from "../../../../sdk/test/support/browser";
import { type Desk, program } from "../../../../sdk/test/support/desk";
import { certificate, listen, type Site } from "../../../../sdk/test/support/site";

const PAGES = resolve(import.meta.dirname, "../../dist");

export interface Portal {
  origin: string;
  /** The port that browsers see. */
  port: number;
  close(): Promise<void>;
}

/** Starts a portal whose certificates come from the authority of this desk, which is also the one it trusts. */
export async function openPortal(desk: Desk, agentPort: number): Promise<Portal> {
  const data = desk.file("portal");
  const roots = desk.file("roots");
  mkdirSync(roots);
  copyFileSync(desk.file("chain.pem"), join(roots, "chain.pem"));
  desk.program("bidseal-portal", ["keys", "--data", data, "--name", "试用门户"]);
  for (const use of ["sign", "encrypt"]) {
    const words = ["issue", "authority", "--use", use, "--request", join(data, `${use}.csr`)];
    desk.program("bidseal-ca", [...words, "-o", join(data, `${use}.pem`)]);
  }
  let inner = 0;
  const proxy = await listen(
    https.createServer(certificate(HOSTS), (request, response) => {
      forward(inner, request, response);
    }),
    0,
  );
  const origin = `https://portal.example:${String(proxy.port)}`;
  const child = spawn(
    program("bidseal-portal"),
    [
      ...["serve", "--data", data, "--web", PAGES, "--trust", roots, "--origin", origin],
      ...["--listen", "127.0.0.1:0", "--agent-port", String(agentPort)],
    ],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  inner = await listening(child);
  return { origin, port: proxy.port, close: () => ended(child, proxy) };
}

function forward(port: number, request: http.IncomingMessage, response: http.ServerResponse): void {
  const { method, url, headers } = request;
  const onward = http.request({ host: "127.0.0.1", port, method, path: url, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  onward.on("error", () => {
    response.destroy();
  });
  request.pipe(onward);
}

function listening(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("exit", (code) => {
      reject(new Error(`the portal ended: ${String(code)}`));
    });
    child.stdout?.once("data", (line: Buffer) => {
      const { address } = JSON.parse(line.toString()) as { address: string };
      resolve(Number(address.split(":").pop()));
    });
  });
}

async function ended(child: ChildProcess, proxy: Site): Promise<void> {
  const exited = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await exited;
  await proxy.close();
}
