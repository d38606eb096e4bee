// A bidder's home made by the shipped programs, and the real agent at a terminal where the test is the person.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

/** The PIN that every desk's token has. */
export const PIN = "投标pin2026";
/** Who the certificates are issued to. */
export const HOLDER = "某某建设有限公司";

const LABEL = "公司";
const PROGRAMS = resolve(import.meta.dirname, "../../../target/debug");

/** Where a program that cargo built lies; the tests of the pages run after the build. */
export function program(name: string): string {
  const path = join(PROGRAMS, name);
  if (!existsSync(path)) {
    throw new Error(`${path} is missing: cargo build`);
  }
  return path;
}

/** A folder with a home in it. */
export class Desk {
  readonly folder = mkdtempSync(join(tmpdir(), "bidseal-desk-"));

  /** A home with an activated token and a double certificate whose root is trusted. */
  constructor(suite: string, holder = HOLDER) {
    this.run(["token", "init", "--label", LABEL, "--suite", suite]);
    this.run(["pin", "activate", LABEL], { pin: "123456", new_pin: PIN });
    const subject = `CN=${holder},O=${holder}`;
    this.run(["cert", "request", LABEL, "--subject", subject, "--use", "both", "-o", "request.csr", "--yes"], {
      pin: PIN,
    });
    this.program("bidseal-ca", ["create", "authority", "--suite", suite, "--name", "Test"]);
    this.program("bidseal-ca", ["chain", "authority", "-o", "chain.pem"]);
    for (const use of ["sign", "encrypt"]) {
      this.program("bidseal-ca", [
        ...["issue", "authority", "--use", use],
        ...["--request", `request.${use}.csr`, "-o", `${use}.pem`],
      ]);
      this.run(["cert", "import", LABEL, `${use}.pem`, "--yes"], { pin: PIN });
    }
    this.run(["trust", "add", "chain.pem"]);
  }

  file(name: string): string {
    return join(this.folder, name);
  }

  write(name: string, content: string | Uint8Array): string {
    writeFileSync(this.file(name), content);
    return this.file(name);
  }

  /** Runs the command line; a failure fails the test with what was printed. */
  run(words: string[], secrets?: object): string {
    const all = secrets === undefined ? words : [...words, "--secrets-stdin"];
    return this.program("bidseal", all, secrets === undefined ? "" : JSON.stringify(secrets));
  }

  program(name: string, words: string[], input = ""): string {
    return execFileSync(program(name), words, {
      cwd: this.folder,
      env: {
        PATH: process.env["PATH"],
        LANG: "C.UTF-8",
        HOME: this.person,
        BIDSEAL_HOME: this.file("home"),
        BIDSEAL_TEST_ROOT: this.folder,
      },
      input,
      encoding: "utf8",
      stdio: "pipe",
    });
  }

  /** The person's own folder, where Chromium and this computer's certificates meet. */
  get person(): string {
    return this.file("person");
  }

  /** Turns secure connections on: the person's browsers trust this computer's authority from then on. */
  turnTlsOn(): void {
    mkdirSync(this.person, { recursive: true });
    this.run(["tls", "on"]);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A running `bidseal agent`. */
export class Agent {
  port = 0;
  /** Where it listens over TLS, if that is on. */
  tlsPort: number | undefined;
  private screen = "";
  private read = 0;
  private readonly changed = new Set<() => void>();

  private constructor(
    private readonly child: ChildProcess,
    private readonly desk: Desk,
  ) {
    child.stdout?.on("data", (bytes: Buffer) => {
      this.screen += bytes.toString("utf8");
      this.changed.forEach((wake) => {
        wake();
      });
    });
  }

  /** Starts it on a port and waits until it listens. `script` makes the pseudo-terminal. */
  static async start(desk: Desk, port: number, options: string[] = []): Promise<Agent> {
    const words = ["agent", "--port", String(port), "--json", ...options].map((word) => `'${word}'`).join(" ");
    writeFileSync(desk.file("agent.out"), "");
    const line = `exec ${program("bidseal")} ${words} >agent.out 2>agent.err`;
    const child = spawn("script", ["-qefc", line, "/dev/null"], {
      cwd: desk.folder,
      env: { PATH: process.env["PATH"], SHELL: "/bin/sh", LANG: "C.UTF-8", BIDSEAL_HOME: desk.file("home") },
      stdio: ["pipe", "pipe", "inherit"],
    });
    const agent = new Agent(child, desk);
    await agent.listens();
    return agent;
  }

  private async listens(): Promise<void> {
    for (const begun = Date.now(); Date.now() - begun < 20_000;) {
      const line = readFileSync(this.desk.file("agent.out"), "utf8");
      if (line.includes("\n")) {
        const told = JSON.parse(line) as { port: number; tls_port: number | null };
        this.port = told.port;
        this.tlsPort = told.tls_port ?? undefined;
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error(`the agent does not listen: ${readFileSync(this.desk.file("agent.err"), "utf8")}`);
  }

  /** Its process. */
  get pid(): number {
    return (JSON.parse(readFileSync(this.desk.file("home/agent.json"), "utf8")) as { pid: number }).pid;
  }

  /** Waits until this text is on the screen, and gives all that came since the last question. */
  async reads(text: string, milliseconds = 30_000): Promise<string> {
    const end = Date.now() + milliseconds;
    for (;;) {
      const at = this.screen.indexOf(text, this.read);
      if (at >= 0) {
        const shown = this.screen.slice(this.read, at + text.length);
        this.read = at + text.length;
        return shown;
      }
      if (Date.now() > end) {
        throw new Error(`${text} does not appear: ${this.screen.slice(this.read)}`);
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(wake, 200);
        const { changed } = this;
        function wake(): void {
          clearTimeout(timer);
          changed.delete(wake);
          resolve();
        }
        changed.add(wake);
      });
    }
  }

  types(line: string): void {
    this.child.stdin?.write(`${line}\r`);
  }

  /** Lets a page in. */
  async letsIn(answer = "always"): Promise<string> {
    const shown = await this.reads("[b]lock?");
    this.types(answer);
    return shown;
  }

  /** Says yes to a question, which comes within so many milliseconds, and types the PIN; gives what was shown. */
  async agrees(milliseconds = 30_000): Promise<string> {
    const shown = await this.reads("[y/N]", milliseconds);
    this.types("y");
    await this.reads(": ");
    this.types(PIN);
    return shown;
  }

  /** Says yes to a question after which no PIN is asked; gives what was shown. */
  async confirms(): Promise<string> {
    const shown = await this.reads("[y/N]");
    this.types("y");
    return shown;
  }

  /** Says no. */
  async declines(): Promise<void> {
    await this.reads("[y/N]");
    this.types("n");
  }

  /** Ctrl-C, and waits for its end. */
  async stop(): Promise<void> {
    if (this.child.exitCode !== null) {
      return;
    }
    const ended = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.stdin?.write("\u0003");
    const timer = setTimeout(() => this.child.kill("SIGKILL"), 5_000);
    await ended;
    clearTimeout(timer);
  }
}
