import type { CertificateInfo } from "./CertificateInfo";
export type Certificates = { certificates: Array<CertificateInfo>; next?: number };
