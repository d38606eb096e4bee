// What a page calls.

import { Batches } from "./batch";
import { Bids } from "./bid";
import { type Connected, reach } from "./connection";
import { inOrder, PORTS, SECURE_PORTS } from "./endpoint";
import { BidsealError, failure, type Language } from "./errors";
import type { CertificateInfo } from "./generated/CertificateInfo";
import type { Document } from "./generated/Document";
import type { Login } from "./generated/Login";
import type { OpenedDocument } from "./generated/OpenedDocument";
import type { Methods } from "./generated/Methods";
import type { Place } from "./generated/Place";
import type { Sealed } from "./generated/Sealed";
import type { Signed } from "./generated/Signed";
import type { Installation } from "./installation";
import type { CallOptions, News } from "./socket";
import { type Surroundings, browser } from "./surroundings";
import { fetchWhole, send } from "./transfer";
import { preferred } from "./words";

/** What a visitor may take to read, to decide, and to type a PIN. */
const PERSON = 300_000;
/** What the agent answers by itself. */
const MACHINE = 20_000;
/** Pages of a list that nobody has. */
const MOST_PAGES = 100;

/** How the SDK is set up. */
export interface BidsealOptions {
  /** The language of the SDK's own words; the browser's otherwise. */
  language?: Language;
  /** Ports to try without TLS, if not those of the protocol. */
  ports?: readonly number[];
  /** Ports to try over TLS; those of the protocol if `ports` are, otherwise none. */
  securePorts?: readonly number[];
  /** Everything the SDK needs of the browser; for tests. */
  surroundings?: Surroundings;
}

/** What {@link Bidseal.status} tells. */
export interface Status {
  /** Version of the installed program. */
  version: string;
  /** Version of the protocol. */
  protocol: number;
  port: number;
  /** Over TLS (`wss`): the browser wants it, or nothing else was found. */
  secure: boolean;
  /** The visitor has let this page in. */
  allowed: boolean;
  /** Whether the program is that of last time. */
  installation: Installation;
}

/** Which certificate, and by which nonce of the server. */
export interface AuthenticateOptions extends CallOptions {
  /** SHA-256 of the certificate; the only one that can sign, otherwise. */
  certificate?: string;
}

/** A document: sent now, or one that the agent holds already. */
export type Source = { name: string; content: Blob } | Document;

/** Bidseal on the visitor's computer. */
export class Bidseal {
  readonly language: Language;
  readonly bid = new Bids(this);
  readonly batch = new Batches(this);
  private readonly around: Surroundings;
  private readonly ports: readonly number[];
  private readonly securePorts: readonly number[];
  private connected: Promise<Connected> | undefined;
  /** Called with news that belong to no call, such as a key that was plugged in. */
  onNews: ((news: News) => void) | undefined;

  constructor(options: BidsealOptions = {}) {
    this.around = options.surroundings ?? browser();
    this.language = options.language ?? preferred(this.around.languages);
    this.ports = options.ports ?? PORTS;
    this.securePorts = options.securePorts ?? (options.ports === undefined ? SECURE_PORTS : []);
  }

  /** Finds the program and says hello, without asking the visitor anything. Call it in a click: the browser may ask. */
  async status(options: CallOptions = {}): Promise<Status> {
    const { hello, installation, endpoint } = await this.open(options);
    const { version, protocol, allowed } = hello;
    return { version, protocol, ...endpoint, allowed, installation };
  }

  /** Connects, and asks the visitor to let this page in if that has not been done. Every other method does so itself. */
  async connect(options: CallOptions = {}): Promise<void> {
    const connected = await this.open(options);
    if (connected.installation === "changed") {
      throw failure("installation_changed", this.language);
    }
    if (!connected.hello.allowed) {
      await connected.socket.call("connect", {}, { timeout: PERSON, ...options });
      connected.hello.allowed = true;
    }
    connected.keep();
  }

  /** Goes on after `installation_changed`, when the visitor has said that the program was installed anew. */
  async acceptInstallation(options: CallOptions = {}): Promise<void> {
    (await this.open(options)).accept();
  }

  /** Calls the program by its link and waits for it; `not_installed` when it does not come. */
  async wake(milliseconds = 10_000): Promise<Status> {
    this.around.followLink("bidseal:wake");
    const begun = Date.now();
    for (;;) {
      try {
        return await this.status();
      } catch (error) {
        if (!(error instanceof BidsealError) || !["not_running", "secure_needed"].includes(error.code)) {
          throw error;
        }
        if (Date.now() - begun > milliseconds) {
          throw failure("not_installed", this.language);
        }
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
    }
  }

  /** All certificates of the visitor. */
  async certificates(options: CallOptions = {}): Promise<CertificateInfo[]> {
    const all: CertificateInfo[] = [];
    let from: number | undefined = 0;
    for (let page = 0; from !== undefined && page < MOST_PAGES; page += 1) {
      const listed: Methods["certificates"]["result"] = await this.call("certificates", { from }, options);
      all.push(...listed.certificates);
      from = listed.next;
    }
    return all;
  }

  /** The certificate that signs; the first that is valid now, unless one is named. */
  async getSigningCertificate(options: AuthenticateOptions = {}): Promise<CertificateInfo> {
    const now = Date.now();
    const fits = (one: CertificateInfo): boolean =>
      options.certificate === undefined
        ? one.can_sign && Date.parse(one.valid_from) <= now && now <= Date.parse(one.valid_to)
        : one.sha256 === options.certificate;
    const found = (await this.certificates(options)).find(fits);
    if (found === undefined) {
      throw failure("no_certificate", this.language);
    }
    return found;
  }

  /** A login token for this page's origin and the server's nonce (base64, 44 to 128 characters). */
  async authenticate(nonce: string, options: AuthenticateOptions = {}): Promise<Login> {
    return this.call("login", { certificate: await this.signerOf(options), nonce }, options);
  }

  /** Signs a document: a PDF becomes a signed PDF, anything else CMS, enclosed or detached. */
  async sign(source: Source, options: AuthenticateOptions & { detached?: boolean } = {}): Promise<Signed> {
    const certificate = await this.signerOf(options);
    const document = await this.documentId(source, options);
    return this.call("sign", { document, certificate, detached: options.detached ?? false }, options);
  }

  /** Puts a seal that the visitor keeps on PDF documents; one consent for all, a result for each. */
  async seal(
    sources: readonly Source[],
    options: AuthenticateOptions & { seal: string; place?: Place; reason?: string },
  ): Promise<Sealed> {
    const certificate = await this.signerOf(options);
    const documents: string[] = [];
    for (const source of sources) {
      documents.push(await this.documentId(source, options));
    }
    const { seal, place = {}, reason } = options;
    const why = reason === undefined ? {} : { reason };
    return this.call("seal", { documents, certificate, seal, place, ...why }, options);
  }

  /** Judges the signatures of a document; the verdict is that of `bidseal verify --json`. */
  async verify(source: Source, options: CallOptions & { signature?: Source } = {}): Promise<Verdict> {
    const document = await this.documentId(source, options);
    const beside =
      options.signature === undefined ? {} : { signature: await this.documentId(options.signature, options) };
    return (await this.call("verify", { document, ...beside }, options)) as unknown as Verdict;
  }

  /** Sends a document to the agent, in slices. */
  async upload(name: string, content: Blob, options: CallOptions = {}): Promise<OpenedDocument> {
    const place = await this.call("document.open", { name, length: content.size }, options, MACHINE);
    const { base } = await this.open(options);
    await send(this.around, base, { ...place, length: content.size }, content, this.language, options);
    return place;
  }

  /** Fetches a document that the agent made, into a stream if one is given. */
  async download(
    document: Document,
    options: CallOptions & { to?: WritableStream<Uint8Array<ArrayBuffer>> } = {},
  ): Promise<Blob> {
    const { base } = await this.open(options);
    return fetchWhole(this.around, base, document, this.language, options);
  }

  /** Gives a document's place back. */
  async close(document: { id: string }): Promise<void> {
    await this.call("document.close", { id: document.id }, {}, MACHINE);
  }

  /** Ends the connection; the agent forgets the documents of this page. */
  async disconnect(): Promise<void> {
    const connected = await this.connected?.catch(() => undefined);
    connected?.socket.close();
    this.connected = undefined;
  }

  /** Calls a method once the visitor has let the page in. */
  async call<Name extends keyof Methods>(
    method: Name,
    params: Methods[Name]["params"],
    options: CallOptions = {},
    patience = PERSON,
  ): Promise<Methods[Name]["result"]> {
    await this.connect(options);
    const { socket } = await this.open(options);
    return socket.call<Methods[Name]["result"]>(method, params, { timeout: patience, ...options });
  }

  /** The handle of a document, which is sent first if the agent does not hold it. */
  async documentId(source: Source, options: CallOptions): Promise<string> {
    return "id" in source ? source.id : (await this.upload(source.name, source.content, options)).id;
  }

  /** The certificate that was chosen, or the one that signs. */
  async signerOf(options: AuthenticateOptions): Promise<string> {
    return options.certificate ?? (await this.getSigningCertificate(options)).sha256;
  }

  private async open(options: CallOptions): Promise<Connected> {
    const last = await this.connected?.catch(() => undefined);
    if (last?.socket.isOpen !== true) {
      const fresh = this.connectAnew(options);
      this.connected = fresh;
      return fresh;
    }
    return last;
  }

  private async connectAnew(options: CallOptions): Promise<Connected> {
    const groups = inOrder(this.around, this.ports, this.securePorts);
    const connected = await reach(this.around, groups, this.language, options.signal);
    connected.socket.onNews = (news) => this.onNews?.(news);
    return connected;
  }
}

/** The verdict of `bidseal verify --json`; readers tolerate new members and values. */
export interface Verdict {
  kind: string;
  verdict: "valid" | "invalid" | "unknown";
  reasons: string[];
  signatures: Record<string, unknown>[];
}
