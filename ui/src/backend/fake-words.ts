// What the program would tell: its own words, from its own catalogues.

import english from "../../../crypto-core/client/messages/en.json";
import chinese from "../../../crypto-core/client/messages/zh-CN.json";
import type { Finding, Reason, Told } from "../generated/screens";

interface Message {
  message: string;
  hint: string;
}

const FACTS: Record<string, string> = {
  path: "D:/投标/投标函.pdf",
  token: "投标专用",
  secret: "PIN",
  remaining: "3",
  reason: "–",
  provider: "USB Key",
  module: "/usr/lib/pkcs11/vendor.so",
  holder: "某某有限公司",
  detail: "pcscd: connection refused",
  mode: "755",
  port: "18651",
  until: "2026-12-24",
  days: "20",
  key: "飞天 ePass",
  place: "USB 2-1",
  files: "libvendor.so",
  host: "ocsp.example.com",
  url: "http://ocsp.example.com/",
  field: "opens_at",
  pages: "12",
  free: "12 MB",
  limit: "1073741824",
};

/** Fills in facts as the program does. */
function filled(text: string): string {
  return text.replace(/\{([a-z_]+)\}/g, (whole, name: string) => FACTS[name] ?? whole);
}

/** The words in a language. */
export function words(language: "zh-CN" | "en") {
  const all = (language === "en" ? english : chinese) as unknown as Record<
    string,
    Record<string, Message> & Record<string, string>
  >;
  const message = (section: string, code: string): Message => {
    const found = all[section]?.[code] as Message | undefined;
    return found ? { message: filled(found.message), hint: filled(found.hint) } : { message: code, hint: "" };
  };
  return {
    failure: (code: string): Told => ({ code, ...message("failure", code), data: {} }),
    reason: (code: string): Reason => ({ code, ...message("reason", code) }),
    finding: (layer: string, code: string, level: string): Finding => ({
      layer,
      code,
      level,
      ...message("finding", code),
      repair: null,
    }),
    text: (key: string): string => filled((all.text?.[key] as string | undefined) ?? key),
  };
}
