/// <reference types="vite/client" />

/** The screens run over sample data in a browser. */
declare const __FAKE__: boolean;

declare module "*.vue" {
  import type { DefineComponent } from "vue";
  const component: DefineComponent<object, object, unknown>;
  export default component;
}
