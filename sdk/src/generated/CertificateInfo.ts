export type CertificateInfo = {
  sha256: string;
  holder: string;
  issuer: string;
  serial: string;
  credit_code?: string;
  algorithm: string;
  can_sign: boolean;
  can_encrypt: boolean;
  valid_from: string;
  valid_to: string;
  der: string;
};
