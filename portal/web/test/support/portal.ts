// The real portal behind a proxy that speaks TLS, as an operator runs it.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { copyFileSync, mkdirSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import { join, resolve } from "node:path";

import { HOSTS } from "../../../../sdk/test/support/browser";
import { type Desk, program } from "../../../../sdk/test/support/desk";
import { certificate, listen } from "../../../../sdk/test/support/site";

const PAGES = resolve(import.meta.dirname, "../../dist");

/** A running portal. */
export interface Portal {
  origin: string;
  /** The port that browsers see. */
  port: number;
  /** Its folder. */
  data: string;
  /** Called for each request on its way; false breaks the line. */
  onRequest: ((request: http.IncomingMessage) => boolean) | undefined;
  /** Ends the server as a fault would: without any warning. */
  kill(): Promise<void>;
  /** Starts it anew where it was killed. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** Starts a portal whose certificates come from the authority of this desk, which is also the one it trusts. */
export async function openPortal(
  desk: Desk,
  agentPort: number,
  options: string[] = [],
  folder = "portal",
): Promise<Portal> {
  const data = prepared(desk, folder);
  const database = freshDatabase();
  let server: Server | undefined;
  const proxy = await listen(
    https.createServer(certificate(HOSTS), (request, response) => {
      if (portal.onRequest?.(request) === false || server === undefined) {
        response.destroy();
      } else {
        forward(server.port, request, response);
      }
    }),
    0,
  );
  const origin = `https://portal.example:${String(proxy.port)}`;
  const words = ["serve", "--data", data, "--web", PAGES, "--trust", desk.file("roots"), "--origin", origin];
  const start = async (): Promise<void> => {
    server = await started(
      [...words, "--listen", "127.0.0.1:0", "--agent-port", String(agentPort), ...options],
      database,
    );
  };
  const kill = async (): Promise<void> => {
    const ending = server?.child;
    server = undefined;
    await ended(ending);
  };
  const portal: Portal = {
    ...{ origin, port: proxy.port, data, onRequest: undefined, kill, restart: start },
    async close() {
      await kill();
      await proxy.close();
    },
  };
  await start();
  return portal;
}

/** The folder of a portal that has its keys and certificates. */
function prepared(desk: Desk, folder: string): string {
  const data = desk.file(folder);
  mkdirSync(desk.file("roots"), { recursive: true });
  copyFileSync(desk.file("chain.pem"), desk.file("roots/chain.pem"));
  desk.program("bidseal-portal", ["keys", "--data", data, "--name", "试用门户"]);
  for (const use of ["sign", "encrypt"]) {
    const words = ["issue", "authority", "--use", use, "--request", join(data, `${use}.csr`)];
    desk.program("bidseal-ca", [...words, "-o", join(data, `${use}.pem`)]);
  }
  return data;
}

/** Where tests are to run on PostgreSQL, a database of this portal's own; SQLite in its folder otherwise. */
function freshDatabase(): string | undefined {
  const server = process.env["BIDSEAL_TEST_POSTGRESQL"];
  if (server === undefined) {
    return undefined;
  }
  const name = `portal_${randomBytes(8).toString("hex")}`;
  execFileSync("psql", [`${server}/postgres`, "-q", "-c", `CREATE DATABASE ${name}`], { stdio: "pipe" });
  return `${server}/${name}`;
}

interface Server {
  child: ChildProcess;
  port: number;
}

async function started(words: string[], database: string | undefined): Promise<Server> {
  const env = { ...process.env };
  delete env["DATABASE_URL"];
  const child = spawn(program("bidseal-portal"), words, {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...env, ...(database !== undefined && { DATABASE_URL: database }) },
  });
  return { child, port: await listening(child) };
}

function forward(port: number, request: http.IncomingMessage, response: http.ServerResponse): void {
  const { method, url, headers } = request;
  // Each on a connection of its own: one that the server is just closing, after it refused what it did not read, takes no more.
  const onward = http.request({ host: "127.0.0.1", port, method, path: url, headers, agent: false }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  onward.on("error", () => {
    response.destroy();
  });
  // A server may answer before it has read what was announced.
  onward.flushHeaders();
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

async function ended(child: ChildProcess | undefined): Promise<void> {
  if (child?.exitCode !== null || child.signalCode !== null) {
    return;
  }
  const exited = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await exited;
}
