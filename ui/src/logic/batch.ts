// Documents that are stamped in more than one go: what is done stays done, and the next go takes what is left.

import type { Chosen, StampedFile } from "../generated/screens";

/** What became of each document, by its handle. */
export type Outcomes = ReadonlyMap<number, StampedFile>;

/** The documents that were not stamped yet, or not successfully. */
export function undone(files: readonly Chosen[], outcomes: Outcomes): Chosen[] {
  return files.filter((file) => !outcomes.get(file.id)?.output);
}

/** What is known after a go over some documents, whose results come in the same order. */
export function after(outcomes: Outcomes, went: readonly number[], results: readonly StampedFile[]): Outcomes {
  const entered = results.flatMap((result, index): [number, StampedFile][] => {
    const id = went[index];
    return id === undefined ? [] : [[id, result]];
  });
  return new Map([...outcomes, ...entered]);
}

/** What is known when one document is to be stamped once more. */
export function without(outcomes: Outcomes, id: number): Outcomes {
  return new Map([...outcomes].filter(([known]) => known !== id));
}

/** The folder of the go before, unless it has a file of the same name already: results of one batch lie together. */
export function sameFolder(
  before: Chosen | null,
  written: ReadonlySet<string>,
  next: readonly Chosen[],
): Chosen | null {
  return before && !next.some((file) => written.has(file.name)) ? before : null;
}

/** One reason, with the names of the documents that were not stamped for it. */
export interface Reason {
  error: NonNullable<StampedFile["error"]>;
  names: string[];
}

/** Why documents were not stamped, each reason once: a key that was pulled out is told once for all of them. */
export function reasons(outcomes: readonly StampedFile[]): Reason[] {
  const all = new Map<string, Reason>();
  for (const { name, error } of outcomes) {
    if (!error) continue;
    const key = `${error.code} ${error.message}`;
    const known = all.get(key);
    if (known) known.names.push(name);
    else all.set(key, { error, names: [name] });
  }
  return [...all.values()];
}
