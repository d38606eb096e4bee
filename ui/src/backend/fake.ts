// Sample data, so that the screens run in a plain browser. Chosen by the address: `?scenario=empty|full|busy|error|slow`, `lang`, `theme`, `opened`.
// No part of the product: it is only reached in builds with `--mode fake`.

import type {
  Bid,
  Call,
  Certificate,
  Check,
  Chosen,
  Finding,
  News,
  Preferences,
  Seal,
  Token,
} from "../generated/screens";
import type { Backend, CallOf, Replies } from "./backend";
import { words } from "./fake-words";
import { document, picture } from "./fake-files";

const HOSTILE = '<img src=x onerror="window.hacked=1">';
const LONG = "中国某某省某某市某某建设工程咨询监理有限责任公司（第二分公司）投标管理部";
const DAY = 86_400_000;
const inDays = (days: number): string => new Date(Date.now() + days * DAY).toISOString();
const digest = (seed: number): string => seed.toString(16).padStart(4, "0").repeat(16);

function certificate(index: number, holder: string, use: "sign" | "encrypt", days: number): Certificate {
  return {
    holder,
    subject: `CN=${holder},O=${holder},C=CN`,
    issuer: "CN=示范 CA,O=Bidseal,C=CN",
    serial: `5f${digest(index * 2 + (use === "sign" ? 0 : 1)).slice(0, 14)}`,
    sha256: digest(index * 2 + (use === "sign" ? 0 : 1)),
    sm3: digest(index * 2 + 7),
    algorithm: "SM2",
    can_sign: use === "sign",
    can_encrypt: use === "encrypt",
    valid_from: inDays(days - 365),
    valid_to: inDays(days),
    credit_code: "91330000MA27U02W4F",
    device_number: "HX2026000123",
    token: null,
  };
}

function token(index: number, label: string, holder: string, days: number, changed: Partial<Token["pin"]> = {}): Token {
  const key = (use: "sign" | "encrypt") => ({
    container: `C${index.toString()}`,
    use,
    algorithm: "SM2",
    certificate: certificate(index, holder, use, days),
  });
  return {
    label,
    provider: index === 0 ? "soft" : "pkcs11",
    serial: `BS-${(1000 + index).toString()}`,
    manufacturer: "Bidseal",
    model: "soft",
    suite: "sm",
    capabilities: ["activate", "change_pin", "unblock"],
    pin: { initialised: true, is_default: false, max: 10, remaining: 10, state: "ok", length: [6, 16], ...changed },
    policy: null,
    warnings: index === 0 ? ["copy_can_be_guessed", "copy_restores_counter"] : [],
    keys: [key("sign"), key("encrypt")],
  };
}

function tokens(): Token[] {
  const many = Array.from({ length: 500 }, (_, index) => ({
    container: `M${index.toString()}`,
    use: "sign" as const,
    algorithm: "SM2",
    certificate: certificate(100 + index, `某某有限公司 ${index.toString()}`, "sign", 300),
  }));
  return [
    token(0, "投标专用", "某某建设集团有限公司", 200),
    token(1, "新领的密钥", LONG, 364, { is_default: true }),
    token(2, "财务", HOSTILE, 20, { remaining: 3 }),
    token(3, "旧密钥", "某某有限公司", -3),
    token(4, "被锁的密钥", "某某有限公司", 100, { remaining: 0, state: "locked" }),
    { ...token(5, "五百张证书", "某某有限公司", 300), keys: many },
  ];
}

function bid(index: number, project: string, opens: number, missing: string[]): Bid {
  return {
    id: digest(index).slice(0, 12),
    state: "waiting",
    project,
    lot: "一标段",
    bidder: "某某建设集团有限公司",
    file: `${project}.bid`,
    size: 1_234_567_890,
    files: 12,
    root: digest(index),
    sealed_at: inDays(-2),
    opens_at: inDays(opens),
    seconds_left: Math.round(opens * 86_400),
    recipients: [
      {
        role: "bidder",
        holder: "某某建设集团有限公司",
        serial: "5f00010001000100",
        device: { label: "投标专用", serial: "BS-1000", seen_at: inDays(-1) },
        here: true,
        renewed: false,
      },
    ],
    statement: { at: inDays(-2), sha256: digest(3), matches: true },
    receipt: null,
    attempts: [{ at: inDays(-2), operation: "rehearse", result: "done" }],
    missing_told: missing,
  };
}

let seals: Seal[] = [
  { name: "公章", width_mm: 42, height_mm: 42, pixels: [1000, 1000], registered: false },
  { name: LONG, width_mm: 40, height_mm: 40, pixels: [945, 945], registered: false },
];

/** Handles that stand for pictures. */
const pictures = new Set<number>();
function pictureBytes(): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(picture()), (letter) => letter.charCodeAt(0));
}

let next = 1;
/** What handles stand for. */
const names = new Map<number, string>();
function chosen(name: string, size: number | null, folder = false, place = "D:/投标"): Chosen {
  next += 1;
  names.set(next, name);
  return { id: next, name, place, size, folder };
}

/** The backend of the address. */
export function backend(): Backend {
  const given = new URLSearchParams(location.search);
  const scenario = given.get("scenario") ?? "full";
  const language = given.get("lang") === "en" ? "en" : "zh-CN";
  const told = words(language);
  const empty = scenario === "empty";
  let hear: (news: News) => void = () => undefined;
  let preferences: Preferences = {
    language,
    theme: given.get("theme") === "dark" ? "dark" : "light",
    autostart: empty ? null : true,
    links_asked: !empty,
    nicknames: empty ? {} : { "BS-1000": "投标专用（红色挂绳）" },
    colours: empty ? {} : { "BS-1000": "red", "BS-1002": "blue" },
    practised: !empty,
  };

  let links = { on: !empty, program: "D:/Bidseal/bidseal-app.exe" };

  function forever(): Promise<never> {
    hear({ news: "progress", done: 420_000_000, total: 1_000_000_000, seconds_left: 37 });
    return new Promise(() => undefined);
  }

  let practised: string[] = [];
  const practice = () => ({
    done: practised,
    pin: "Bid-8642",
    folder: "D:/投标/.local/share/bidseal/practice",
    document: 1,
    verdict: practised.includes("verify") ? "valid" : null,
    opened: practised.includes("open") ? ["letter.pdf"] : [],
  });
  const mended: string[] = [];
  let verified = "";
  function findings(): Finding[] {
    const repairable = (layer: string, code: string, level: string, repair: string): Finding[] =>
      mended.includes(repair) ? [] : [{ ...told.finding(layer, code, level), repair }];
    if (empty) return [told.finding("keyring", "keyring_absent", "note")];
    return [
      ...repairable("home", "home_open", "problem", "close_home"),
      told.finding("keyring", "keyring_absent", "note"),
      told.finding("service", "no_service", "problem"),
      told.finding("token", "not_activated", "problem"),
      ...repairable("web", "agent_stopped", "note", "start_agent"),
    ];
  }
  function check(): Check {
    const all = findings();
    const worst = (layer: string): string => {
      const levels = all.filter((one) => one.layer === layer).map((one) => one.level);
      return ["problem", "note"].find((level) => levels.includes(level)) ?? "good";
    };
    const layers = ["home", "clock", "keyring", "service", "reader", "driver", "module", "token", "certificate", "web"];
    return {
      healthy: all.every((one) => one.level !== "problem"),
      layers: layers.map((layer) => ({ layer, state: worst(layer) })),
      findings: all,
    };
  }

  const looks: { [D in Call["do"]]?: () => Replies[D] } = {
    about: () => ({
      version: "0.1.0",
      home: "D:/投标/.local/share/bidseal",
      system: "linux x86_64",
      port: 18651,
      agent: null,
    }),
    preferences: () => preferences,
    opened: () => (given.get("opened")?.split(",") ?? []).map((name) => chosen(name, 9)),
    cancel: () => null,
    links: () => links,
    tokens: () => ({
      tokens: empty ? [] : tokens(),
      modules: empty ? [] : [{ module: "vendor.dll", tokens: 0, failure: told.failure("token.module_failed") }],
      failure: null,
    }),
    bids: () =>
      empty
        ? []
        : [
            bid(1, "某某大桥工程施工", 1.2, [told.text("desk.no_receipt")]),
            bid(2, HOSTILE, 12, []),
            { ...bid(3, LONG, 0.01, [told.text("missing.never_rehearsed")]), attempts: [] },
          ],
    seals: () => (empty ? [] : seals),
    seal_picture: picture,
    import_seal: () => ({ name: "公章", width_mm: 42, height_mm: 42, pixels: [1000, 1000], registered: false }),
    trusted: () => (empty ? [] : [certificate(40, "示范根证书", "sign", 3000)]),
    sites: () =>
      empty
        ? []
        : [
            { origin: "https://zfcg.example.gov.cn", standing: "always" },
            { origin: "https://portal.example.com:8443", standing: "refused" },
            { origin: `https://${"long-name.".repeat(9)}example.com`, standing: "blocked" },
          ],
    journal: () =>
      empty
        ? []
        : ["login", "sign", "seal"].map((operation, index) => ({
            time: inDays(-index),
            origin: "https://zfcg.example.gov.cn",
            operation,
            certificate: digest(2),
            documents: operation === "login" ? [] : [`${HOSTILE}.pdf: SM3 ${digest(5)}`],
            decision: index === 1 ? "no" : "yes",
            result: index === 1 ? "user.cancelled" : "done",
          })),
    check_journal: () => ({ whole: true, broken: null, line: null }),
    check,
    status: () => ({
      status: "revoked",
      checked: [
        {
          holder: LONG,
          serial: "5f0001",
          status: "revoked",
          source: "ocsp",
          url: "http://ocsp.example.com/",
          this_update: inDays(-0.1),
          revoked_since: inDays(-3),
          reasons: [],
        },
        {
          holder: "示范 CA",
          serial: "02",
          status: "unknown",
          source: null,
          url: null,
          this_update: null,
          revoked_since: null,
          reasons: [told.reason("network.slow")],
        },
      ],
      reasons: [],
    }),
    room: () => ({ content: 1_234_567_890, free: scenario === "error" ? 12_000_000 : 98_000_000_000 }),
    practice_begin: () => {
      practised = ["begin"];
      return practice();
    },
    practice_end: () => {
      practised = [];
      return null;
    },
    inspect: () => ({
      profile: "sm",
      size: 1_234_567_890,
      files: 12,
      project: "某某大桥工程施工",
      lot: HOSTILE,
      bidder: LONG,
      credit_code: "91330000MA27U02W4F",
      opens_at: inDays(1),
      recipients: [
        { role: "bidder", label: "某某建设集团有限公司", serial: "5f00010001000100" },
        { role: "host", label: LONG, serial: "5f77" },
        { role: "password", label: "", serial: "" },
      ],
      root: digest(9),
    }),
    verify: () => ({
      name: verified,
      kind: "pdf",
      verdict: "unknown",
      reasons: [],
      signatures: [
        {
          name: "Signature1",
          signer: `CN=${LONG},C=CN`,
          certificate: digest(2),
          time: { value: inDays(-1), source: "claimed" },
          intact: true,
          signature: true,
          coverage: "whole",
          changes_after: "none",
          pages_changed: [],
          seal: "absent",
          chain: "untrusted",
          revocation: "not_checked",
          reasons: [told.reason("verify.untrusted")],
        },
      ],
    }),
    verify_report: () => null,
    export_journal: () => null,
    check_bundle: () => null,
    rehearse: () => ({ files: 12, size: 1_234_567_890, checked: 3, units: 1178 }),
    decrypt: () => ({
      output: "D:/投标/某某大桥",
      files: [
        { path: "商务标/报价表.pdf", size: 1_200_000 },
        { path: `${HOSTILE}.pdf`, size: 3 },
      ],
      size: 1_200_003,
    }),
    evidence: () => ({
      output: "D:/投标/evidence.zip",
      part: "key",
      signed: true,
      findings: [told.text("desk.no_receipt")],
    }),
    encrypt: () => ({
      bid: chosen("某某大桥工程施工.bid", 1_234_567_890),
      size: 1_234_567_890,
      files: 12,
      profile: "sm",
      root: digest(9),
      rehearsed: true,
      statement: "某某大桥工程施工.bid.p7s",
      twin: "D:/投标/备份标书",
    }),
  };

  function pick(call: CallOf<"pick">): Chosen[] {
    if (call.what === "documents")
      return [chosen("投标函.pdf", 120_000), chosen(`${HOSTILE}.pdf`, 80_000), chosen(`${LONG}.pdf`, 9)];
    if (call.what === "picture") {
      const one = chosen("公章.png", 90_000);
      pictures.add(one.id);
      return [one];
    }
    if (call.what === "bid") return [chosen("某某大桥工程施工.bid", 1_234_567_890)];
    if (call.what === "folder") return [chosen("商务标", null, true)];
    if (call.what === "output" || call.what === "new_folder") return [chosen(call.suggested ?? "out", null)];
    return [chosen(`${HOSTILE}.pdf`, 120_000)];
  }

  /** A document that is locked at first, and then no more. */
  const tried = new Set<string>();
  function stamp(files: readonly number[]): Replies["stamp"] {
    const results = files.map((id) => {
      const name = names.get(id) ?? "";
      const isLocked = name.startsWith(HOSTILE) && !tried.has(name);
      tried.add(name);
      if (isLocked) return { name, output: null, verdict: null, error: told.failure("pdf.locked") };
      return { name, output: chosen(name, 130_000, false, "D:/投标/已盖章"), verdict: "valid", error: null };
    });
    const holder = certificate(0, "某某建设集团有限公司", "sign", 200);
    return { certificate: holder, folder: chosen("已盖章", null, true), results };
  }

  return {
    async call<D extends Call["do"]>(call: CallOf<D>): Promise<Replies[D]> {
      const name: Call["do"] = call.do;
      if (name === "set_preferences") {
        preferences = (call as unknown as CallOf<"set_preferences">).preferences;
        return preferences as Replies[D];
      }
      if (name === "verify") verified = names.get((call as unknown as CallOf<"verify">).file) ?? "";
      if (name === "repair") mended.push((call as unknown as CallOf<"repair">).repair);
      if (name === "repair" && scenario !== "error") return check() as Replies[D];
      if (name === "practice_step" && !["error", "busy"].includes(scenario)) {
        practised = [...practised, (call as unknown as CallOf<"practice_step">).step];
        return practice() as Replies[D];
      }
      if (name === "turn_links" && scenario !== "error") {
        links = { ...links, on: (call as unknown as CallOf<"turn_links">).on };
        return links as Replies[D];
      }
      if (name === "stamp" && !["error", "busy"].includes(scenario)) {
        return stamp((call as unknown as CallOf<"stamp">).order.files) as Replies[D];
      }
      if (name === "rename_seal" && scenario !== "error") {
        const { name: old, to } = call as unknown as CallOf<"rename_seal">;
        if (seals.some((one) => one.name === to)) throw Object.assign(new Error(), told.failure("seal.exists"));
        seals = seals.map((one) => (one.name === old ? { ...one, name: to } : one));
        return seals[0] as Replies[D];
      }
      if (name === "remove_seal" && scenario !== "error") {
        seals = seals.filter((one) => one.name !== (call as unknown as CallOf<"remove_seal">).name);
        return null as Replies[D];
      }
      if (name === "pick") return pick(call as unknown as CallOf<"pick">) as Replies[D];
      const always = [
        "preferences",
        "opened",
        "about",
        "seal_picture",
        "cancel",
        "links",
        "room",
        "practice_end",
      ].includes(name);
      const fails = scenario === "error" && !always;
      if (fails) throw Object.assign(new Error(), told.failure(FAILURES[name] ?? "token.module_failed"));
      const lists = [
        "tokens",
        "bids",
        "seals",
        "sites",
        "journal",
        "check_journal",
        "trusted",
        "inspect",
        "practice_begin",
      ];
      if (scenario === "busy" && !always && !lists.includes(name)) return forever();
      if (scenario === "slow" && name === "tokens") return forever();
      return looks[name]?.() as Replies[D];
    },
    document: (id) => Promise.resolve(pictures.has(id) ? pictureBytes() : document()),
    listen(listener) {
      hear = listener;
      // Tests let files arrive while a screen is in use.
      window.addEventListener("fake-files", (event) => {
        const { names, dropped } = (event as CustomEvent<{ names: string[]; dropped: boolean }>).detail;
        hear({ news: "files", files: names.map((name) => chosen(name, 9)), dropped });
      });
    },
  };
}

const FAILURES: Partial<Record<Call["do"], string>> = {
  stamp: "token.pin_wrong",
  encrypt: "disk.full",
  inspect: "bid.tampered",
  decrypt: "bid.no_recipient",
  verify: "verify.kind",
  sites: "settings.malformed",
  check: "home.not_usable",
  repair: "output.not_writable",
  turn_links: "output.not_writable",
  status: "cert.not_found",
  practice_begin: "disk.full",
};
