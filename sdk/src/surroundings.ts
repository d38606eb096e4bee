// What the SDK needs of the browser. Passed in, so that tests need neither a browser nor a network.

/** The state of a permission, and whether the page's own frame may ask for it at all. */
export interface LocalAccess {
  /** `unknown`: this browser has no such permission. */
  state: "granted" | "denied" | "prompt" | "unknown";
  /** False in a frame whose outer page does not pass the permission on. */
  mayAsk: boolean;
}

/** A browser, as far as the SDK sees it. */
export interface Surroundings {
  origin: string;
  isSecure: boolean;
  /** Has every function that the SDK calls; browsers of before 2022 do not. */
  isCapable: boolean;
  /** Lets no page that came over https reach this computer without TLS (WebKit, bug 171934). */
  needsSecure: boolean;
  languages: readonly string[];
  storage: Pick<Storage, "getItem" | "setItem"> | undefined;
  crypto: Pick<Crypto, "getRandomValues" | "subtle">;
  /** Milliseconds since some moment. */
  now(): number;
  fetch: typeof fetch;
  openSocket(url: string, protocol: string): WebSocket;
  localAccess(): Promise<LocalAccess>;
  /** Calls back for each address that the page's content security policy forbids; the answer ends it. */
  onPolicyViolation(callback: (address: string) => void): () => void;
  /** Follows a `bidseal:` link. */
  followLink(link: string): void;
}

/** Chromium 145 split one permission into two; the one for this computer comes first. */
const PERMISSIONS = ["loopback-network", "local-network-access"];

/** The browser that runs this page. */
export function browser(): Surroundings {
  return {
    origin: location.origin,
    isSecure: isSecureContext,
    needsSecure: location.protocol === "https:" && navigator.vendor.startsWith("Apple"),
    isCapable: "timeout" in AbortSignal && "hasOwn" in Object,
    languages: navigator.languages,
    storage: storage(),
    crypto,
    now: () => performance.now(),
    fetch: (input, init) => fetch(input, init),
    openSocket: (url, protocol) => new WebSocket(url, protocol),
    localAccess,
    onPolicyViolation(callback) {
      const heard = (event: SecurityPolicyViolationEvent): void => {
        callback(event.blockedURI);
      };
      document.addEventListener("securitypolicyviolation", heard);
      return () => {
        document.removeEventListener("securitypolicyviolation", heard);
      };
    },
    followLink(link) {
      const frame = document.createElement("iframe");
      frame.hidden = true;
      frame.src = link;
      document.body.append(frame);
      setTimeout(() => {
        frame.remove();
      }, 1000);
    },
  };
}

/** A page may be forbidden to keep anything. */
function storage(): Storage | undefined {
  try {
    return localStorage;
  } catch {
    return undefined;
  }
}

async function localAccess(): Promise<LocalAccess> {
  const mayAsk = frameMayAsk();
  for (const name of PERMISSIONS) {
    try {
      const status = await navigator.permissions.query({ name: name as PermissionName });
      return { state: status.state, mayAsk };
    } catch {
      // This browser does not know the name.
    }
  }
  return { state: "unknown", mayAsk };
}

interface FeaturePolicy {
  features(): string[];
  allowsFeature(name: string): boolean;
}

function frameMayAsk(): boolean {
  const policy = (document as Document & { featurePolicy?: FeaturePolicy }).featurePolicy;
  if (policy === undefined) {
    return true;
  }
  const known = PERMISSIONS.filter((name) => policy.features().includes(name));
  return known.length === 0 || known.some((name) => policy.allowsFeature(name));
}
