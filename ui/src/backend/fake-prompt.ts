// Sample questions, by the address: `?ask=consent|many|connect|secret|last_try|clear|pad|quit|puk`.

import type { Prompt } from "../generated/screens";
import type { PromptBackend } from "./backend";
import { openDocument } from "../logic/documents";
import { document as pages } from "./fake-files";
import { words } from "./fake-words";

const LONG = "中国某某省某某市某某建设工程咨询监理有限责任公司（第二分公司）投标管理部";

const HOSTILE = '<img src=x onerror="window.hacked=1">';
/** Names as the program passes them on: control and direction characters are replaced, everything else is as it was. */
const NAMES = [
  `${HOSTILE}.pdf`,
  "报价\ufffdfdp.exe",
  "第一行\ufffd第二行.pdf",
  `${"a".repeat(251)}.pdf`,
  `${"长".repeat(83)}.pdf`,
  "שלום عربى 投标函.pdf",
  "   .pdf",
];

function prompts(language: "zh-CN" | "en"): Record<string, Prompt> {
  const title = words(language)
    .text("consent.stamp")
    .replace("{count}", "3")
    .replace(/[:：]$/, "");
  const document = (name: string) => ({
    name,
    size: 120_000,
    hash: "SM3",
    digest: "5a".repeat(32),
    pages: 12,
    preview: true,
  });
  return {
    consent: {
      ask: "consent",
      operation: "stamp",
      title,
      origin: "https://zfcg.example.gov.cn",
      certificate: { holder: LONG, issuer: "示范 CA", serial: "5f0001", valid_to: "2027-03-01T00:00:00Z" },
      documents: [
        document("投标函.pdf"),
        document('<img src=x onerror="window.hacked=1">.pdf'),
        document(`${LONG}.pdf`),
      ],
      count: 3,
      warnings: [],
      others: [],
    },
    many: {
      ask: "consent",
      operation: "sign",
      title: words(language)
        .text("consent.sign")
        .replace("{count}", "50")
        .replace(/[:：]$/, ""),
      origin: `https://${"long-name.".repeat(9)}example.com`,
      certificate: { holder: HOSTILE, issuer: HOSTILE, serial: "5f".repeat(20), valid_to: "2027-03-01T00:00:00Z" },
      documents: Array.from({ length: 50 }, (_, index) => document(NAMES[index % NAMES.length] ?? "")),
      count: 50,
      warnings: [],
      others: [],
    },
    encrypt: {
      ask: "consent",
      operation: "encrypt",
      title: words(language)
        .text("consent.encrypt")
        .replace(/[:：]$/, ""),
      origin: null,
      certificate: { holder: LONG, issuer: "示范 CA", serial: "5f0001", valid_to: "2027-03-01T00:00:00Z" },
      documents: Array.from({ length: 40 }, (_, index) => ({
        name: `商务标/${index.toString()} 报价表.xlsx`,
        size: 48_000,
        hash: null,
        digest: null,
        pages: null,
        preview: false,
      })),
      count: 40,
      warnings: [words(language).text("consent.warning.clock_behind")],
      others: ["bidder", "host"].map((role) =>
        words(language)
          .text("consent.recipient.alone")
          .replace("{holder}", LONG)
          .replace("{serial}", "5f77")
          .replace("{role}", words(language).text(`consent.role.${role}`))
          .trim(),
      ),
    },
    repair: { ask: "repair", repair: "reset_pages" },
    connect: { ask: "connect", origin: "https://zfcg.example.gov.cn" },
    secret: {
      ask: "secret",
      kind: "pin",
      subject: "投标专用",
      remaining: 3,
      running_out: true,
      length: null,
      twice: false,
    },
    new_pin: {
      ask: "secret",
      kind: "new_pin",
      subject: LONG,
      remaining: null,
      running_out: false,
      length: [8, 16],
      twice: true,
    },
    last_try: { ask: "last_try", token: "投标专用" },
    clear: { ask: "clear", bid: "某某大桥工程施工", past: false },
    pad: { ask: "pad", token: "投标专用" },
    quit: { ask: "quit", jobs: 1, requests: 2 },
    puk: { ask: "puk", token: "投标专用", puk: "7KQ4-M9XT-2HRD-6WPC" },
  };
}

/** A page as the program draws it. */
async function firstPage(): Promise<Uint8Array<ArrayBuffer>> {
  const shown = await openDocument(pages());
  const canvas = document.createElement("canvas");
  await shown.draw(1, canvas, 360);
  await shown.close();
  const base64 = canvas.toDataURL("image/png").split(",")[1] ?? "";
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

/** The backend of the address. */
export function promptBackend(): PromptBackend {
  const given = new URLSearchParams(location.search);
  const language = given.get("lang") === "en" ? "en" : "zh-CN";
  const prompt = prompts(language)[given.get("ask") ?? "consent"];
  const note = (said: string): Promise<void> => {
    document.body.dataset.said = said;
    return Promise.resolve();
  };
  return {
    prompt: () => (prompt ? Promise.resolve(prompt) : Promise.reject(new Error("no such question"))),
    preview: () => (given.has("blank") ? Promise.reject(new Error("no page")) : firstPage()),
    answer: note,
    submit: (typed, again) =>
      given.has("wrong")
        ? Promise.reject(Object.assign(new Error(), words(language).failure("secret.mismatch")))
        : note(`${typed.length.toString()}:${again === null ? "-" : again.length.toString()}`),
    cancel: () => note("cancelled"),
  };
}
