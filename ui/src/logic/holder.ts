// Whom a distinguished name names: people know a company, not its RFC 4514 string.

/** The common name in a distinguished name, else the whole of it. */
export function holderOf(name: string): string {
  const found = /(?:^|,\s*)CN=((?:\\.|[^,\\])+)/.exec(name)?.[1];
  return found === undefined ? name : found.replace(/\\(.)/g, "$1").trim();
}
