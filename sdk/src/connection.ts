// From a port to a connection with the program that was known before.

import { type Endpoint, requestsTo, socketTo } from "./endpoint";
import { BidsealError, failure, type Language } from "./errors";
import type { Hello } from "./generated/Hello";
import { compare, type Installation, isSigned, keep, nonce } from "./installation";
import { find, tellsLater, watchPolicy } from "./probe";
import { Socket } from "./socket";
import type { Surroundings } from "./surroundings";

const SUBPROTOCOL = "bidseal.v1";
const PATIENCE = 120_000;

/** An open connection to a program that has proved its key. */
export interface Connected {
  socket: Socket;
  hello: Hello;
  endpoint: Endpoint;
  /** Where documents go and come from. */
  base: string;
  installation: Installation;
  /** Keeps the program's key, if none was kept. */
  keep(): void;
  /** Keeps the program's key instead of the one of last time. */
  accept(): void;
}

/** Finds the program and connects; where a socket of one kind does not open, the other kind is tried. */
export async function reach(
  around: Surroundings,
  groups: readonly (readonly Endpoint[])[],
  language: Language,
  signal?: AbortSignal,
): Promise<Connected> {
  const endpoint = await find(around, groups, language, signal);
  try {
    return await connect(around, endpoint, language);
  } catch (error) {
    if (!(error instanceof BidsealError && ["refused", "csp"].includes(error.code))) {
      throw error;
    }
    const others = groups.filter((group) => !group.includes(endpoint));
    const other = await find(around, others, language, signal).catch(() => undefined);
    if (other === undefined) {
      throw error;
    }
    return connect(around, other, language);
  }
}

/** Opens the socket and has the program sign a nonce. */
async function connect(around: Surroundings, endpoint: Endpoint, language: Language): Promise<Connected> {
  const socket = new Socket(await opened(around, endpoint, language), language);
  const question = nonce(around);
  const hello = await socket.call<Hello>("hello", { nonce: question }, { timeout: PATIENCE });
  if (!(await isSigned(around, hello, question))) {
    socket.close();
    throw failure("not_ours", language, { port: endpoint.port });
  }
  const connected: Connected = {
    socket,
    hello,
    endpoint,
    base: requestsTo(endpoint),
    installation: compare(around, hello),
    keep() {
      if (connected.installation === "new") {
        connected.accept();
      }
    },
    accept() {
      keep(around, hello);
      connected.installation = "known";
    },
  };
  return connected;
}

async function opened(around: Surroundings, endpoint: Endpoint, language: Language): Promise<WebSocket> {
  const { port } = endpoint;
  const forbidden = watchPolicy(around, port);
  try {
    const socket = around.openSocket(socketTo(endpoint), SUBPROTOCOL);
    return await new Promise<WebSocket>((resolve, reject) => {
      socket.addEventListener("open", () => {
        resolve(socket);
      });
      socket.addEventListener("close", () => {
        reject(failure("refused", language, { port }));
      });
    });
  } catch (error) {
    await tellsLater();
    if (forbidden.seen()) {
      throw failure("csp", language);
    }
    // The browser may gate sockets apart from requests; the program's own refusal cannot be told from a stranger's.
    throw (await around.localAccess()).state === "denied" ? failure("permission_denied", language) : error;
  } finally {
    forbidden.end();
  }
}
