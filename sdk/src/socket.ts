// Calls and their answers over one WebSocket: JSON-RPC 2.0.

import { BidsealError, failure, type Language } from "./errors";

/** Options of every call. */
export interface CallOptions {
  /** Ends the call, also on the other side. */
  signal?: AbortSignal | undefined;
  /** Milliseconds that the visitor has. */
  timeout?: number | undefined;
  /** How far it is. */
  onProgress?: ((progress: Progress) => void) | undefined;
}

/** How far a call or a transfer is. */
export interface Progress {
  /** What is being done; `consent`: the visitor is being asked. */
  step: "upload" | "download" | "consent" | "work";
  /** Bytes, or whatever the step counts. */
  done: number;
  total: number;
}

/** What the agent tells without being asked. */
export interface News {
  method: string;
  params: Readonly<Record<string, unknown>>;
}

interface Pending {
  resolve(result: unknown): void;
  reject(error: unknown): void;
  onProgress: ((progress: Progress) => void) | undefined;
}

interface Answer {
  id?: number | null;
  result?: unknown;
  error?: { message: string; data: { code: string; hint: string; data?: Record<string, unknown> } };
  method?: string;
  params?: Record<string, unknown>;
}

/** An open connection. */
export class Socket {
  private readonly pending = new Map<number, Pending>();
  private next = 1;
  /** Called with news that belong to no call. */
  onNews: ((news: News) => void) | undefined;

  constructor(
    private readonly socket: WebSocket,
    private readonly language: Language,
  ) {
    socket.addEventListener("message", (event: MessageEvent<string>) => {
      this.hear(JSON.parse(event.data) as Answer);
    });
    socket.addEventListener("close", () => {
      this.lose();
    });
  }

  get isOpen(): boolean {
    return this.socket.readyState === 1;
  }

  close(): void {
    this.socket.close(1000);
    this.lose();
  }

  /** Calls a method and waits for its answer. */
  call<Result>(method: string, params: object, options: CallOptions = {}): Promise<Result> {
    if (!this.isOpen) {
      return Promise.reject(failure("connection_lost", this.language));
    }
    const id = this.next++;
    const answered = new Promise<unknown>((resolve, reject) => {
      this.pending.set(id, { resolve, reject, onProgress: options.onProgress });
    });
    this.socket.send(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
    return this.bounded(id, answered, options) as Promise<Result>;
  }

  /** An answer that comes in time, unless the page does not want it any more. */
  private async bounded(id: number, answered: Promise<unknown>, options: CallOptions): Promise<unknown> {
    const give = (code: "aborted" | "timeout") => (): void => {
      this.pending.get(id)?.reject(failure(code, this.language));
      this.pending.delete(id);
      if (this.isOpen) {
        this.socket.send(JSON.stringify({ jsonrpc: "2.0", id: this.next++, method: "cancel", params: { id } }));
      }
    };
    const abort = give("aborted");
    const timer = options.timeout === undefined ? undefined : setTimeout(give("timeout"), options.timeout);
    options.signal?.addEventListener("abort", abort, { once: true });
    if (options.signal?.aborted === true) {
      abort();
    }
    try {
      return await answered;
    } finally {
      clearTimeout(timer);
      options.signal?.removeEventListener("abort", abort);
    }
  }

  private hear(answer: Answer): void {
    if (answer.method !== undefined) {
      this.news({ method: answer.method, params: answer.params ?? {} });
      return;
    }
    const pending = this.pending.get(answer.id ?? 0);
    this.pending.delete(answer.id ?? 0);
    if (answer.error === undefined) {
      pending?.resolve(answer.result);
    } else {
      const { message, data } = answer.error;
      pending?.reject(new BidsealError(data.code, message, data.hint, data.data));
    }
  }

  private news(news: News): void {
    const { id, done, total } = news.params;
    if ((news.method === "progress" || news.method === "batch") && typeof id === "number") {
      this.pending.get(id)?.onProgress?.({ step: "work", done: Number(done), total: Number(total) });
    } else if (news.method === "consent" && typeof id === "number") {
      this.pending.get(id)?.onProgress?.({ step: "consent", done: 0, total: 1 });
    }
    this.onNews?.(news);
  }

  private lose(): void {
    for (const pending of this.pending.values()) {
      pending.reject(failure("connection_lost", this.language));
    }
    this.pending.clear();
  }
}
