/** One package. */
export interface Shipped {
    name: string;
    version: string;
    licence?: string;
}
export function shippedCrates(): Shipped[];
export function shippedPackages(): Shipped[];
