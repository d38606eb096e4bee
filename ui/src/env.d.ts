/// <reference types="vite/client" />

/** The screens run over sample data in a browser. */
declare const __FAKE__: boolean;

declare module "*.vue" {
  import type { DefineComponent } from "vue";
  const component: DefineComponent<object, object, unknown>;
  export default component;
}

declare module "virtual:shipped" {
  /** One package that is shipped. */
  interface Shipped {
    name: string;
    version: string;
    licence: string;
  }
  const shipped: { crates: Shipped[]; packages: Shipped[] };
  export default shipped;
}
