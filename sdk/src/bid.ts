// Bids: encrypted before the deadline, opened at the ceremony, by the holder's key and nobody else's.

import type { Bidseal, Source } from "./bidseal";
import type { BidContents } from "./generated/BidContents";
import type { BidDecrypted } from "./generated/BidDecrypted";
import type { BidEncrypted } from "./generated/BidEncrypted";
import type { BidMeta } from "./generated/BidMeta";
import type { BidOpened } from "./generated/BidOpened";
import type { CallOptions } from "./socket";

/** One file of a bid. */
export interface BidPart {
  source: Source;
  /** The folder inside the bid, with `/` between the names of several. */
  folder?: string;
}

/** How a bid is encrypted. */
export interface EncryptOptions extends CallOptions {
  /** The name of the bid that is made. */
  name: string;
  files: readonly BidPart[];
  /** Certificates, DER or PEM: the bidder's first, then spare ones. The visitor's own is among them. */
  to: readonly Blob[];
  /** Certificates of hosts, each of which could open the bid alone; refused unless the visitor has turned it on. */
  host?: readonly Blob[];
  /** A committee of whom `threshold` are needed beside the bidder. */
  committee?: { certificates: readonly Blob[]; threshold: number };
  /** What everybody can read on the outside. The platform's certificate goes here to allow opening by the header alone. */
  meta?: Omit<BidMeta, "platform_certificate"> & { platformCertificate?: Blob };
  /** False leaves the sealing statement out. */
  statement?: boolean;
}

/** Methods about bids: `bidseal.bid`. */
export class Bids {
  constructor(private readonly bidseal: Bidseal) {}

  /** Encrypts files into a bid. Neither side ever holds a whole file in memory. */
  async encrypt(options: EncryptOptions): Promise<BidEncrypted> {
    const files = [];
    for (const { source, folder } of options.files) {
      const document = await this.bidseal.documentId(source, options);
      files.push(folder === undefined ? { document } : { document, folder });
    }
    const { platformCertificate, ...claims } = options.meta ?? {};
    const platform = await this.certificates(platformCertificate === undefined ? [] : [platformCertificate], options);
    const committee =
      options.committee === undefined
        ? {}
        : {
            committee: await this.certificates(options.committee.certificates, options),
            threshold: options.committee.threshold,
          };
    return this.bidseal.call(
      "bid.encrypt",
      {
        name: options.name,
        files,
        to: await this.certificates(options.to, options),
        host: await this.certificates(options.host ?? [], options),
        ...committee,
        meta: platform[0] === undefined ? claims : { ...claims, platform_certificate: platform[0] },
        no_statement: options.statement === false,
      },
      options,
    );
  }

  /** Opens a bid here; its files stay on this computer until they are downloaded. */
  async decrypt(bid: Source, options: CallOptions & { certificate?: string } = {}): Promise<Decrypted> {
    const params = { bid: await this.bidseal.documentId(bid, options), ...chosen(options) };
    const decrypted = await this.bidseal.call("bid.decrypt", params, options);
    const list = await (await this.bidseal.download(decrypted.contents, options)).text();
    return { ...decrypted, list: JSON.parse(list) as BidContents };
  }

  /** Answers a bid's header with its key, for the platform that keeps the bid: the bid itself does not travel. */
  async open(
    header: Blob,
    platform: Blob,
    options: CallOptions & { certificate?: string; name?: string } = {},
  ): Promise<BidOpened> {
    const bid = await this.bidseal.documentId({ name: options.name ?? "bid.bid", content: header }, options);
    const [certificate = ""] = await this.certificates([platform], options);
    return this.bidseal.call("bid.open", { header: bid, platform: certificate, ...chosen(options) }, options);
  }

  private async certificates(certificates: readonly Blob[], options: CallOptions): Promise<string[]> {
    const handles: string[] = [];
    for (const [index, content] of certificates.entries()) {
      const source = { name: `certificate-${String(index + 1)}.cer`, content };
      handles.push(await this.bidseal.documentId(source, { signal: options.signal }));
    }
    return handles;
  }
}

/** A bid that was opened here, and its files. */
export interface Decrypted extends BidDecrypted {
  list: BidContents;
}

/** A member that is absent must not be sent. */
function chosen({ certificate }: { certificate?: string }): { certificate?: string } {
  return certificate === undefined ? {} : { certificate };
}
