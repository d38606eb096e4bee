// What processes took of the memory, as the kernel counted it from outside.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";

/** How often memory without a peak of its own is looked at. */
const LOOK_MS = 5;

/** Counts the peak of these processes anew from what they have now. */
export function forget(pids: readonly number[]): void {
  for (const pid of pids) {
    writeFileSync(`/proc/${String(pid)}/clear_refs`, "5");
  }
}

/** The most that a process had resident since, in MiB. */
export function peak(pid: number): number {
  const status = readFileSync(`/proc/${String(pid)}/status`, "utf8");
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
}

/** The most of a process's memory that no file stands behind, in MiB, as often as it was looked at. */
export class OwnMemory {
  private most = 0;
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly pid: number) {
    this.look();
    this.timer = setInterval(() => {
      this.look();
    }, LOOK_MS);
  }

  end(): number {
    clearInterval(this.timer);
    this.look();
    return this.most;
  }

  private look(): void {
    const status = readFileSync(`/proc/${String(this.pid)}/status`, "utf8");
    const kinds = ["RssAnon", "RssShmem"].map((kind) =>
      Number(new RegExp(`^${kind}:\\s+(\\d+) kB$`, "m").exec(status)?.[1]),
    );
    this.most = Math.max(this.most, kinds.reduce((sum, kib) => sum + kib, 0) / 1024);
  }
}

/** A browser's own process, and those of the pages that it shows. */
export function browserProcesses(profile: string): number[] {
  const all = processes();
  const root = all.find(({ words }) => words.includes(`--user-data-dir=${profile}`) && !words.includes("--type="));
  if (root === undefined) {
    throw new Error("the browser does not run");
  }
  const below = (pid: number): number[] =>
    all.filter((one) => one.parent === pid).flatMap((one) => [one.pid, ...below(one.pid)]);
  const family = new Set(below(root.pid));
  const pages = all.filter(({ pid, words }) => family.has(pid) && words.includes("--type=renderer"));
  return [root.pid, ...pages.map(({ pid }) => pid)];
}

function processes(): { pid: number; parent: number; words: string }[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.flatMap((name) => {
    try {
      const words = readFileSync(`/proc/${name}/cmdline`, "utf8");
      const parent = Number(/^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${name}/status`, "utf8"))?.[1]);
      return [{ pid: Number(name), parent, words }];
    } catch {
      // It has ended meanwhile.
      return [];
    }
  });
}
