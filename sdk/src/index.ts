// Bidseal for web pages. No dependency at run time; nothing happens before the page calls a method.

export { Bidseal } from "./bidseal";
export type { AuthenticateOptions, BidsealOptions, Source, Status, Verdict } from "./bidseal";
export { BidsealError } from "./errors";
export type { Language, SdkCode } from "./errors";
export type { Installation } from "./installation";
export type { CallOptions, News, Progress } from "./socket";
export type { LocalAccess, Surroundings } from "./surroundings";
export type { CertificateInfo } from "./generated/CertificateInfo";
export type { Document } from "./generated/Document";
export type { Login } from "./generated/Login";
export type { OpenedDocument } from "./generated/OpenedDocument";
export type { Place } from "./generated/Place";
export type { Sealed } from "./generated/Sealed";
export type { Signed } from "./generated/Signed";
