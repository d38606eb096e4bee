// Many documents with one consent: the list is fixed before the visitor is asked, and each item has its own result.

import type { AuthenticateOptions, Bidseal, Source } from "./bidseal";
import type { Batch } from "./generated/Batch";
import type { Place } from "./generated/Place";
import type { CallOptions } from "./socket";

/** Methods about batches: `bidseal.batch`. */
export class Batches {
  constructor(private readonly bidseal: Bidseal) {}

  /** Signs all documents. */
  async sign(sources: readonly Source[], options: AuthenticateOptions & { detached?: boolean } = {}): Promise<Batch> {
    const certificate = await this.bidseal.signerOf(options);
    const documents = await this.upload(sources, options);
    return this.bidseal.call("batch.sign", { documents, certificate, detached: options.detached ?? false }, options);
  }

  /** Puts a seal that the visitor keeps on all PDF documents. */
  async seal(
    sources: readonly Source[],
    options: AuthenticateOptions & { seal: string; place?: Place; reason?: string },
  ): Promise<Batch> {
    const certificate = await this.bidseal.signerOf(options);
    const documents = await this.upload(sources, options);
    const { seal, place = {}, reason } = options;
    const why = reason === undefined ? {} : { reason };
    return this.bidseal.call("batch.seal", { documents, certificate, seal, place, ...why }, options);
  }

  /** Goes on after a lost connection, without a new consent, with the very documents to which the visitor said yes. */
  async resume(
    batch: string,
    wanted: readonly { item: number; source: Source }[],
    options: CallOptions = {},
  ): Promise<Batch> {
    const items = [];
    for (const { item, source } of wanted) {
      items.push({ item, document: await this.bidseal.documentId(source, options) });
    }
    return this.bidseal.call("batch.resume", { batch, items }, options);
  }

  private async upload(sources: readonly Source[], options: CallOptions): Promise<string[]> {
    const documents: string[] = [];
    for (const source of sources) {
      documents.push(await this.bidseal.documentId(source, { signal: options.signal }));
      options.onProgress?.({ step: "upload", done: documents.length, total: sources.length });
    }
    return documents;
  }
}
