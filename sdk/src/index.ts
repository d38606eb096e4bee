// Bidseal for web pages. No dependency at run time; nothing happens before the page calls a method.

export { Bidseal } from "./bidseal";
export type { Batches } from "./batch";
export type { BidPart, Bids, Decrypted, EncryptOptions } from "./bid";
export type { AuthenticateOptions, BidsealOptions, Source, Status, Verdict } from "./bidseal";
export { BidsealError } from "./errors";
export type { Language, SdkCode } from "./errors";
export type { Installation } from "./installation";
export type { CallOptions, News, Progress } from "./socket";
export type { LocalAccess, Surroundings } from "./surroundings";
export type { Batch } from "./generated/Batch";
export type { BatchItem } from "./generated/BatchItem";
export type { BidEncrypted } from "./generated/BidEncrypted";
export type { BidOpened } from "./generated/BidOpened";
export type { CertificateInfo } from "./generated/CertificateInfo";
export type { Document } from "./generated/Document";
export type { Login } from "./generated/Login";
export type { OpenedDocument } from "./generated/OpenedDocument";
export type { Place } from "./generated/Place";
export type { Sealed } from "./generated/Sealed";
export type { Signed } from "./generated/Signed";
