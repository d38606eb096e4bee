// Where the agent may listen, and in which order a page tries.

import type { Surroundings } from "./surroundings";

/** A port of this computer, for `http` and `ws`, or for `https` and `wss`. */
export interface Endpoint {
  port: number;
  secure: boolean;
}

/** The first free one is the agent's own. */
export const PORTS: readonly number[] = [18651, 28651, 31651];
/** The same over TLS, where the visitor has turned it on. */
export const SECURE_PORTS: readonly number[] = [18652, 28652, 31652];

/** The address of requests. */
export function requestsTo({ port, secure }: Endpoint): string {
  return `${secure ? "https" : "http"}://127.0.0.1:${String(port)}`;
}

/** The address of the socket. */
export function socketTo({ port, secure }: Endpoint): string {
  return `${secure ? "wss" : "ws"}://127.0.0.1:${String(port)}/v1`;
}

/**
 * The endpoints in two groups, each of one kind. Browsers count this computer as safe without TLS, and TLS needs an
 * authority that this browser trusts: so it comes second, but in a browser that lets no https page do without.
 */
export function inOrder(
  around: Surroundings,
  ports: readonly number[],
  securePorts: readonly number[],
): [Endpoint[], Endpoint[]] {
  const plain = ports.map((port) => ({ port, secure: false }));
  const secure = securePorts.map((port) => ({ port, secure: true }));
  return around.needsSecure ? [secure, plain] : [plain, secure];
}
