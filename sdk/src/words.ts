// The words of the SDK's own errors. Those of the agent come from the agent, in the visitor's language.

import type { Language, SdkCode } from "./errors";

interface Words {
  message: string;
  hint: string;
}

/** Cause and next step of each code. A test holds that every code has both, in both languages. */
export const catalogue: Record<SdkCode, Record<Language, Words>> = {
  insecure_context: {
    "zh-CN": { message: "本页面不是通过 https 打开的。", hint: "请使用以 https:// 开头的地址重新打开本页面。" },
    en: { message: "This page was not opened over https.", hint: "Open it again by its https:// address." },
  },
  unsupported_browser: {
    "zh-CN": { message: "此浏览器缺少所需的功能。", hint: "请使用新版本的 Chrome、Edge 或 Firefox。" },
    en: { message: "This browser lacks what is needed.", hint: "Use a recent Chrome, Edge or Firefox." },
  },
  blocked_frame: {
    "zh-CN": {
      message: "本页面嵌在另一个页面中，且外层页面不允许其访问本机程序。",
      hint: '请在单独的标签页中打开；外层页面的运营方应在 iframe 上加 allow="local-network-access; loopback-network"。',
    },
    en: {
      message: "This page lies in a frame, and the page around it does not let it reach programs on this computer.",
      hint: 'Open it in a tab of its own; the operator of the outer page adds allow="local-network-access; loopback-network" to the iframe.',
    },
  },
  csp: {
    "zh-CN": {
      message: "本网站的内容安全策略不允许连接本机程序。",
      hint: "请网站运营方按接入指南在 connect-src 中加入本机地址。",
    },
    en: {
      message: "This site's content security policy does not let it connect to programs on this computer.",
      hint: "The operator of the site adds the addresses of the portal guide to connect-src.",
    },
  },
  permission_denied: {
    "zh-CN": {
      message: "浏览器不允许本网站访问本机程序，因此无法得知标信是否在运行。",
      hint: "点击地址栏左侧的图标，允许访问“本地网络”或“本机应用”，再重试；单位电脑请联系管理员。",
    },
    en: {
      message:
        "The browser does not let this site reach programs on this computer, so it cannot be told whether Bidseal is running.",
      hint: "Click the icon left of the address, allow “local network” or “apps on device”, and try again; on a managed computer ask the administrator.",
    },
  },
  not_running: {
    "zh-CN": { message: "标信没有在运行，或尚未安装。", hint: "请启动标信后重试；尚未安装时请先安装。" },
    en: {
      message: "Bidseal is not running, or not installed.",
      hint: "Start Bidseal and try again; install it first if you have not yet.",
    },
  },
  secure_needed: {
    "zh-CN": {
      message: "此浏览器只允许网站通过安全连接访问本机程序，而标信的安全连接没有应答。",
      hint: "请启动标信并打开“安全连接”（或运行 bidseal tls on），再重试；也可以改用 Chrome、Edge 或 Firefox。",
    },
    en: {
      message:
        "This browser lets sites reach programs on this computer over secure connections only, and Bidseal's did not answer.",
      hint: "Start Bidseal and turn on its secure connections (or run `bidseal tls on`), then try again; or use Chrome, Edge or Firefox.",
    },
  },
  not_installed: {
    "zh-CN": { message: "已尝试启动标信，但没有任何响应：可能尚未安装。", hint: "请从本网站的下载页面安装标信。" },
    en: {
      message: "Bidseal was called and did not come: it is probably not installed.",
      hint: "Install Bidseal from this site's download page.",
    },
  },
  not_ours: {
    "zh-CN": {
      message: "标信的端口被另一个程序占用。",
      hint: "请退出该程序，或运行 bidseal doctor 查看占用端口的程序。",
    },
    en: {
      message: "Another program holds Bidseal's port.",
      hint: "Close it; `bidseal doctor` names the program that holds the port.",
    },
  },
  other_user: {
    "zh-CN": { message: "在运行的标信属于本机的另一个用户。", hint: "请在自己的账户中启动标信。" },
    en: {
      message: "The Bidseal that is running belongs to another user of this computer.",
      hint: "Start Bidseal in your own account.",
    },
  },
  too_old: {
    "zh-CN": { message: "已安装的标信版本过旧。", hint: "请升级标信后重试。" },
    en: { message: "The installed Bidseal is too old for this site.", hint: "Update Bidseal and try again." },
  },
  page_too_old: {
    "zh-CN": { message: "本网站使用的接口版本比已安装的标信旧。", hint: "请网站运营方升级 SDK。" },
    en: {
      message: "This site speaks an older protocol than the installed Bidseal.",
      hint: "The operator updates the SDK.",
    },
  },
  refused: {
    "zh-CN": { message: "标信拒绝了本网站的连接。", hint: "如果您曾禁止本网站，请在标信的网站列表中将其移除。" },
    en: {
      message: "Bidseal refused this site's connection.",
      hint: "If you have blocked this site, take it off Bidseal's list of sites.",
    },
  },
  installation_changed: {
    "zh-CN": {
      message: "本机的标信与上次不同：可能重新安装过，也可能是其他程序冒充。",
      hint: "如果您刚重新安装过标信，请确认继续；否则请先检查这台电脑。",
    },
    en: {
      message:
        "The Bidseal on this computer is not the one of last time: it was installed anew, or another program poses as it.",
      hint: "Go on if you have just installed Bidseal anew; otherwise have this computer looked at first.",
    },
  },
  connection_lost: {
    "zh-CN": { message: "与标信的连接中断。", hint: "请确认标信仍在运行，然后重试。" },
    en: { message: "The connection to Bidseal was lost.", hint: "See that Bidseal is still running and try again." },
  },
  timeout: {
    "zh-CN": { message: "等待时间过长，没有得到答复。", hint: "请查看标信的窗口或终端是否有待回答的问题，然后重试。" },
    en: {
      message: "There was no answer in time.",
      hint: "See whether Bidseal's window or terminal waits for an answer, and try again.",
    },
  },
  aborted: {
    "zh-CN": { message: "操作已取消。", hint: "可以随时重新开始。" },
    en: { message: "The operation was cancelled.", hint: "Start it again whenever you like." },
  },
  transfer_failed: {
    "zh-CN": { message: "文件传输中断。", hint: "请重试；已传输的部分不会重复传输。" },
    en: { message: "The transfer of a file broke off.", hint: "Try again; what has arrived is not sent again." },
  },
  no_certificate: {
    "zh-CN": { message: "没有找到可用的证书。", hint: "请插入密钥或检查证书是否在有效期内。" },
    en: {
      message: "There is no certificate that can be used.",
      hint: "Insert the key, or see whether its certificate is valid.",
    },
  },
};

/** The words of a code. */
export function words(code: SdkCode, language: Language): Words {
  return catalogue[code][language];
}

/** The language of the browser, as far as there are words in it. */
export function preferred(languages: readonly string[]): Language {
  return languages
    .find((one) => /^(zh|en)\b/i.test(one))
    ?.toLowerCase()
    .startsWith("en")
    ? "en"
    : "zh-CN";
}
