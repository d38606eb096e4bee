export type Hello = {
  product: string;
  version: string;
  protocol: number;
  key: string;
  signature: string;
  allowed: boolean;
};
