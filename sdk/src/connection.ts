// From a port to a connection with the program that was known before.

import { failure, type Language } from "./errors";
import type { Hello } from "./generated/Hello";
import { compare, type Installation, isSigned, keep, nonce } from "./installation";
import { tellsLater, watchPolicy } from "./probe";
import { Socket } from "./socket";
import type { Surroundings } from "./surroundings";

const SUBPROTOCOL = "bidseal.v1";
const PATIENCE = 120_000;

/** An open connection to a program that has proved its key. */
export interface Connected {
  socket: Socket;
  hello: Hello;
  port: number;
  /** Where documents go and come from. */
  base: string;
  installation: Installation;
  /** Keeps the program's key, if none was kept. */
  keep(): void;
  /** Keeps the program's key instead of the one of last time. */
  accept(): void;
}

/** Opens the socket and has the program sign a nonce. */
export async function findInstallation(around: Surroundings, port: number, language: Language): Promise<Connected> {
  const socket = new Socket(await opened(around, port, language), language);
  const question = nonce(around);
  const hello = await socket.call<Hello>("hello", { nonce: question }, { timeout: PATIENCE });
  if (!(await isSigned(around, hello, question))) {
    socket.close();
    throw failure("not_ours", language, { port });
  }
  const connected: Connected = {
    socket,
    hello,
    port,
    base: `http://127.0.0.1:${String(port)}`,
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

async function opened(around: Surroundings, port: number, language: Language): Promise<WebSocket> {
  const forbidden = watchPolicy(around, port);
  try {
    const socket = around.openSocket(`ws://127.0.0.1:${String(port)}/v1`, SUBPROTOCOL);
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
