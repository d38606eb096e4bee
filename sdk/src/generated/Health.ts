export type Health = { product: string; protocol: number; other_user: boolean };
