// Elements by hand: text is always text, so that nothing of a bidder or a certificate can become a page.

type Child = Node | string;
type Attributes = Record<string, string | boolean | (() => unknown)>;

/** An element with attributes (functions are listeners) and children. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") {
      made.addEventListener(key, (event) => {
        event.preventDefault();
        value();
      });
    } else if (typeof value === "boolean") {
      made.toggleAttribute(key, value);
    } else {
      made.setAttribute(key, value);
    }
  }
  made.append(...children);
  return made;
}

/** The element of the page's frame with this id. */
export function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) {
    throw new Error(`the page has no ${id}`);
  }
  return found;
}

export function input(label: string, attributes: Attributes): HTMLLabelElement {
  return element("label", {}, label, element("input", attributes));
}

/** The value of a field. */
export function value(form: ParentNode, name: string): string {
  return form.querySelector<HTMLInputElement>(`[name="${name}"]`)?.value ?? "";
}

/** The files that were chosen in a field. */
export function files(form: ParentNode, name: string): File[] {
  return [...(form.querySelector<HTMLInputElement>(`[name="${name}"]`)?.files ?? [])];
}

/** How long a browser may take to begin a download, in milliseconds. */
const DOWNLOAD_BEGINS = 60_000;

/** Saves bytes among the visitor's downloads; what the browser keeps of them is let go afterwards. */
export function save(name: string, content: Blob): void {
  const address = URL.createObjectURL(content);
  const link = element("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => {
    URL.revokeObjectURL(address);
  }, DOWNLOAD_BEGINS);
}

export async function toBase64(content: Blob): Promise<string> {
  const bytes = new Uint8Array(await content.arrayBuffer());
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

export function fromBase64(text: string): Blob {
  return new Blob([Uint8Array.from(atob(text), (character) => character.charCodeAt(0))]);
}
