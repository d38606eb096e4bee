function e(e, t = {}, ...n) {
    let r = document.createElement(e);
    for (let [e, n] of Object.entries(t))
        typeof n == `function`
            ? r.addEventListener(e, (e) => {
                  (e.preventDefault(), n());
              })
            : typeof n == `boolean`
              ? r.toggleAttribute(e, n)
              : r.setAttribute(e, n);
    return (r.append(...n), r);
}
function t(e) {
    let t = document.getElementById(e);
    if (t === null) throw Error(`the page has no ${e}`);
    return t;
}
function n(t, n) {
    return e(`label`, {}, t, e(`input`, n));
}
function r(e, t) {
    return e.querySelector(`[name="${t}"]`)?.value ?? ``;
}
function i(e, t) {
    return [...(e.querySelector(`[name="${t}"]`)?.files ?? [])];
}
function a(t, n) {
    let r = e(`a`, { href: URL.createObjectURL(n), download: t });
    (document.body.append(r), r.click(), r.remove());
}
async function o(e) {
    let t = new Uint8Array(await e.arrayBuffer());
    return btoa(Array.from(t, (e) => String.fromCharCode(e)).join(``));
}
function s(e) {
    return new Blob([Uint8Array.from(atob(e), (e) => e.charCodeAt(0))]);
}
function c(e) {
    "@babel/helpers - typeof";
    return (
        (c =
            typeof Symbol == `function` && typeof Symbol.iterator == `symbol`
                ? function (e) {
                      return typeof e;
                  }
                : function (e) {
                      return e && typeof Symbol == `function` && e.constructor === Symbol && e !== Symbol.prototype
                          ? `symbol`
                          : typeof e;
                  }),
        c(e)
    );
}
function l(e, t) {
    if (c(e) != `object` || !e) return e;
    var n = e[Symbol.toPrimitive];
    if (n !== void 0) {
        var r = n.call(e, t || `default`);
        if (c(r) != `object`) return r;
        throw TypeError(`@@toPrimitive must return a primitive value.`);
    }
    return (t === `string` ? String : Number)(e);
}
function u(e) {
    var t = l(e, `string`);
    return c(t) == `symbol` ? t : t + ``;
}
function d(e, t, n) {
    return (
        (t = u(t)) in e
            ? Object.defineProperty(e, t, { value: n, enumerable: !0, configurable: !0, writable: !0 })
            : (e[t] = n),
        e
    );
}
var f = class {
        constructor(e) {
            (d(this, `bidseal`, void 0), (this.bidseal = e));
        }
        async sign(e, t = {}) {
            let n = await this.bidseal.signerOf(t),
                r = await this.upload(e, t);
            return this.bidseal.call(`batch.sign`, { documents: r, certificate: n, detached: t.detached ?? !1 }, t);
        }
        async seal(e, t) {
            let n = await this.bidseal.signerOf(t),
                r = await this.upload(e, t),
                { seal: i, place: a = {}, reason: o } = t,
                s = o === void 0 ? {} : { reason: o };
            return this.bidseal.call(`batch.seal`, { documents: r, certificate: n, seal: i, place: a, ...s }, t);
        }
        async resume(e, t, n = {}) {
            let r = [];
            for (let { item: e, source: i } of t) r.push({ item: e, document: await this.bidseal.documentId(i, n) });
            return this.bidseal.call(`batch.resume`, { batch: e, items: r }, n);
        }
        async upload(e, t) {
            let n = [];
            for (let r of e)
                (n.push(await this.bidseal.documentId(r, { signal: t.signal })),
                    t.onProgress?.({ step: `upload`, done: n.length, total: e.length }));
            return n;
        }
    },
    ee = class {
        constructor(e) {
            (d(this, `bidseal`, void 0), (this.bidseal = e));
        }
        async encrypt(e) {
            let t = [];
            for (let { source: n, folder: r } of e.files) {
                let i = await this.bidseal.documentId(n, e);
                t.push(r === void 0 ? { document: i } : { document: i, folder: r });
            }
            let { platformCertificate: n, ...r } = e.meta ?? {},
                i = await this.certificates(n === void 0 ? [] : [n], e);
            return this.bidseal.call(
                `bid.encrypt`,
                {
                    name: e.name,
                    files: t,
                    to: await this.certificates(e.to, e),
                    host: await this.certificates(e.host ?? [], e),
                    meta: i[0] === void 0 ? r : { ...r, platform_certificate: i[0] },
                    no_statement: e.statement === !1,
                },
                e,
            );
        }
        async decrypt(e, t = {}) {
            let n = { bid: await this.bidseal.documentId(e, t), ...te(t) },
                r = await this.bidseal.call(`bid.decrypt`, n, t),
                i = await (await this.bidseal.download(r.contents, t)).text();
            return { ...r, list: JSON.parse(i) };
        }
        async open(e, t, n = {}) {
            let r = await this.bidseal.documentId({ name: n.name ?? `bid.bid`, content: e }, n),
                [i = ``] = await this.certificates([t], n);
            return this.bidseal.call(`bid.open`, { header: r, platform: i, ...te(n) }, n);
        }
        async certificates(e, t) {
            let n = [];
            for (let [r, i] of e.entries()) {
                let e = { name: `certificate-${String(r + 1)}.cer`, content: i };
                n.push(await this.bidseal.documentId(e, { signal: t.signal }));
            }
            return n;
        }
    };
function te({ certificate: e }) {
    return e === void 0 ? {} : { certificate: e };
}
var ne = {
    insecure_context: {
        "zh-CN": { message: `本页面不是通过 https 打开的。`, hint: `请使用以 https:// 开头的地址重新打开本页面。` },
        en: { message: `This page was not opened over https.`, hint: `Open it again by its https:// address.` },
    },
    unsupported_browser: {
        "zh-CN": { message: `此浏览器缺少所需的功能。`, hint: `请使用新版本的 Chrome、Edge 或 Firefox。` },
        en: { message: `This browser lacks what is needed.`, hint: `Use a recent Chrome, Edge or Firefox.` },
    },
    blocked_frame: {
        "zh-CN": {
            message: `本页面嵌在另一个页面中，且外层页面不允许其访问本机程序。`,
            hint: `请在单独的标签页中打开；外层页面的运营方应在 iframe 上加 allow="local-network-access; loopback-network"。`,
        },
        en: {
            message: `This page lies in a frame, and the page around it does not let it reach programs on this computer.`,
            hint: `Open it in a tab of its own; the operator of the outer page adds allow="local-network-access; loopback-network" to the iframe.`,
        },
    },
    csp: {
        "zh-CN": {
            message: `本网站的内容安全策略不允许连接本机程序。`,
            hint: `请网站运营方按接入指南在 connect-src 中加入本机地址。`,
        },
        en: {
            message: `This site's content security policy does not let it connect to programs on this computer.`,
            hint: `The operator of the site adds the addresses of the portal guide to connect-src.`,
        },
    },
    permission_denied: {
        "zh-CN": {
            message: `浏览器不允许本网站访问本机程序，因此无法得知标信是否在运行。`,
            hint: `点击地址栏左侧的图标，允许访问“本地网络”或“本机应用”，再重试；单位电脑请联系管理员。`,
        },
        en: {
            message: `The browser does not let this site reach programs on this computer, so it cannot be told whether Bidseal is running.`,
            hint: `Click the icon left of the address, allow “local network” or “apps on device”, and try again; on a managed computer ask the administrator.`,
        },
    },
    not_running: {
        "zh-CN": { message: `标信没有在运行，或尚未安装。`, hint: `请启动标信后重试；尚未安装时请先安装。` },
        en: {
            message: `Bidseal is not running, or not installed.`,
            hint: `Start Bidseal and try again; install it first if you have not yet.`,
        },
    },
    not_installed: {
        "zh-CN": { message: `已尝试启动标信，但没有任何响应：可能尚未安装。`, hint: `请从本网站的下载页面安装标信。` },
        en: {
            message: `Bidseal was called and did not come: it is probably not installed.`,
            hint: `Install Bidseal from this site's download page.`,
        },
    },
    not_ours: {
        "zh-CN": {
            message: `标信的端口被另一个程序占用。`,
            hint: `请退出该程序，或运行 bidseal doctor 查看占用端口的程序。`,
        },
        en: {
            message: `Another program holds Bidseal's port.`,
            hint: "Close it; `bidseal doctor` names the program that holds the port.",
        },
    },
    other_user: {
        "zh-CN": { message: `在运行的标信属于本机的另一个用户。`, hint: `请在自己的账户中启动标信。` },
        en: {
            message: `The Bidseal that is running belongs to another user of this computer.`,
            hint: `Start Bidseal in your own account.`,
        },
    },
    too_old: {
        "zh-CN": { message: `已安装的标信版本过旧。`, hint: `请升级标信后重试。` },
        en: { message: `The installed Bidseal is too old for this site.`, hint: `Update Bidseal and try again.` },
    },
    page_too_old: {
        "zh-CN": { message: `本网站使用的接口版本比已安装的标信旧。`, hint: `请网站运营方升级 SDK。` },
        en: {
            message: `This site speaks an older protocol than the installed Bidseal.`,
            hint: `The operator updates the SDK.`,
        },
    },
    refused: {
        "zh-CN": { message: `标信拒绝了本网站的连接。`, hint: `如果您曾禁止本网站，请在标信的网站列表中将其移除。` },
        en: {
            message: `Bidseal refused this site's connection.`,
            hint: `If you have blocked this site, take it off Bidseal's list of sites.`,
        },
    },
    installation_changed: {
        "zh-CN": {
            message: `本机的标信与上次不同：可能重新安装过，也可能是其他程序冒充。`,
            hint: `如果您刚重新安装过标信，请确认继续；否则请先检查这台电脑。`,
        },
        en: {
            message: `The Bidseal on this computer is not the one of last time: it was installed anew, or another program poses as it.`,
            hint: `Go on if you have just installed Bidseal anew; otherwise have this computer looked at first.`,
        },
    },
    connection_lost: {
        "zh-CN": { message: `与标信的连接中断。`, hint: `请确认标信仍在运行，然后重试。` },
        en: {
            message: `The connection to Bidseal was lost.`,
            hint: `See that Bidseal is still running and try again.`,
        },
    },
    timeout: {
        "zh-CN": {
            message: `等待时间过长，没有得到答复。`,
            hint: `请查看标信的窗口或终端是否有待回答的问题，然后重试。`,
        },
        en: {
            message: `There was no answer in time.`,
            hint: `See whether Bidseal's window or terminal waits for an answer, and try again.`,
        },
    },
    aborted: {
        "zh-CN": { message: `操作已取消。`, hint: `可以随时重新开始。` },
        en: { message: `The operation was cancelled.`, hint: `Start it again whenever you like.` },
    },
    transfer_failed: {
        "zh-CN": { message: `文件传输中断。`, hint: `请重试；已传输的部分不会重复传输。` },
        en: { message: `The transfer of a file broke off.`, hint: `Try again; what has arrived is not sent again.` },
    },
    no_certificate: {
        "zh-CN": { message: `没有找到可用的证书。`, hint: `请插入密钥或检查证书是否在有效期内。` },
        en: {
            message: `There is no certificate that can be used.`,
            hint: `Insert the key, or see whether its certificate is valid.`,
        },
    },
};
function re(e, t) {
    return ne[e][t];
}
function ie(e) {
    return e
        .find((e) => /^(zh|en)\b/i.test(e))
        ?.toLowerCase()
        .startsWith(`en`)
        ? `en`
        : `zh-CN`;
}
var p = class extends Error {
    constructor(e, t, n, r = {}) {
        (super(t),
            d(this, `name`, `BidsealError`),
            d(this, `code`, void 0),
            d(this, `hint`, void 0),
            d(this, `data`, void 0),
            (this.code = e),
            (this.hint = n),
            (this.data = r));
    }
    get isCancelled() {
        return this.code === `user.cancelled` || this.code === `web.refused` || this.code === `aborted`;
    }
};
function m(e, t, n = {}) {
    let { message: r, hint: i } = re(e, t);
    return new p(e, r, i, n);
}
var ae = `bidseal-hello-v1`,
    h = `bidseal.installation.v1`;
function oe(e) {
    return fe(e.crypto.getRandomValues(new Uint8Array(32)));
}
async function se(e, t, n) {
    let { subtle: r } = e.crypto,
        i = async (e) => new Uint8Array(await r.digest(`SHA-256`, new TextEncoder().encode(e))),
        a = de(new TextEncoder().encode(ae), await i(e.origin), await i(n));
    try {
        let e = await r.importKey(`spki`, g(t.key), { name: `ECDSA`, namedCurve: `P-256` }, !1, [`verify`]),
            n = ue(g(t.signature));
        return await r.verify({ name: `ECDSA`, hash: `SHA-256` }, e, n, a);
    } catch {
        return !1;
    }
}
function ce(e, t) {
    let n = e.storage?.getItem(h);
    return n == null ? `new` : n === t.key ? `known` : `changed`;
}
function le(e, t) {
    e.storage?.setItem(h, t.key);
}
function ue(e) {
    let t = new Uint8Array(64),
        n = 2;
    for (let r of [32, 64]) {
        let i = e[n + 1] ?? 0,
            a = e.slice(n + 2, n + 2 + i),
            o = a.slice(Math.max(0, a.length - 32));
        (t.set(o, r - o.length), (n += 2 + i));
    }
    return t;
}
function de(...e) {
    let t = new Uint8Array(e.reduce((e, t) => e + t.length, 0)),
        n = 0;
    for (let r of e) (t.set(r, n), (n += r.length));
    return t;
}
function fe(e) {
    return btoa(String.fromCharCode(...e));
}
function g(e) {
    return Uint8Array.from(atob(e), (e) => e.charCodeAt(0));
}
var pe = [18651, 28651, 31651],
    me = 12e4,
    _ = 5e3;
async function he(e, t, n, r) {
    await ve(e, n);
    let i = [];
    for (let a of t) {
        let t = await ye(e, a, r);
        if (`port` in t) return t.port;
        if (ge.includes(t.code)) throw m(t.code, n, t.data);
        i.push(t);
    }
    let a = _e.map((e) => i.find((t) => t.code === e)).find((e) => e !== void 0);
    throw m(a?.code ?? `not_running`, n, a?.data);
}
var ge = [`permission_denied`, `csp`, `blocked_frame`, `aborted`],
    _e = [`too_old`, `page_too_old`, `other_user`, `not_ours`, `not_running`];
async function ve(e, t) {
    if (!e.isSecure) throw m(`insecure_context`, t);
    let n = await e.localAccess();
    if (!n.mayAsk) throw m(`blocked_frame`, t);
    if (n.state === `denied`) throw m(`permission_denied`, t);
}
async function ye(e, t, n) {
    let r = `http://127.0.0.1:${String(t)}/health`,
        i = v(e, t);
    try {
        let i = (await e.localAccess()).state === `prompt` ? me : _;
        return await be(await e.fetch(r, { cache: `no-store`, credentials: `omit`, signal: Ce(i, n) }), t);
    } catch (t) {
        return n?.aborted === !0 ? { code: `aborted` } : (await y(), i.seen() ? { code: `csp` } : await xe(e, r, t));
    } finally {
        i.end();
    }
}
async function be(e, t) {
    let n;
    try {
        n = await e.json();
    } catch {
        return { code: `not_ours`, data: { port: t } };
    }
    return n.product !== `bidseal` || typeof n.protocol != `number`
        ? { code: `not_ours`, data: { port: t } }
        : e.status === 421 || n.other_user === !0
          ? { code: `other_user`, data: { port: t } }
          : n.protocol === 1
            ? e.ok
                ? { port: t }
                : { code: `not_ours`, data: { port: t } }
            : { code: n.protocol < 1 ? `too_old` : `page_too_old`, data: { protocol: n.protocol } };
}
async function xe(e, t, n) {
    let { state: r } = await e.localAccess();
    return r === `denied`
        ? { code: `permission_denied` }
        : n instanceof DOMException && n.name === `TimeoutError`
          ? { code: r === `prompt` ? `permission_denied` : `not_ours` }
          : { code: (await Se(e, t)) ? `not_ours` : `not_running` };
}
async function Se(e, t) {
    try {
        return (await e.fetch(t, { mode: `no-cors`, cache: `no-store`, credentials: `omit`, signal: Ce(_) }), !0);
    } catch (e) {
        return e instanceof DOMException && e.name === `TimeoutError`;
    }
}
function v(e, t) {
    let n = !1;
    return {
        seen: () => n,
        end: e.onPolicyViolation((e) => {
            n ||= e.includes(`127.0.0.1:${String(t)}`);
        }),
    };
}
function y() {
    return new Promise((e) => setTimeout(e, 20));
}
function Ce(e, t) {
    let n = AbortSignal.timeout(e);
    return t === void 0 ? n : we(n, t);
}
function we(...e) {
    let t = new AbortController();
    for (let n of e) {
        let e = () => {
            t.abort(n.reason);
        };
        n.aborted ? e() : n.addEventListener(`abort`, e, { once: !0 });
    }
    return t.signal;
}
var Te = class {
        constructor(e, t) {
            (d(this, `socket`, void 0),
                d(this, `language`, void 0),
                d(this, `pending`, new Map()),
                d(this, `next`, 1),
                d(this, `onNews`, void 0),
                (this.socket = e),
                (this.language = t),
                e.addEventListener(`message`, (e) => {
                    this.hear(JSON.parse(e.data));
                }),
                e.addEventListener(`close`, () => {
                    this.lose();
                }));
        }
        get isOpen() {
            return this.socket.readyState === 1;
        }
        close() {
            (this.socket.close(1e3), this.lose());
        }
        call(e, t, n = {}) {
            if (!this.isOpen) return Promise.reject(m(`connection_lost`, this.language));
            let r = this.next++,
                i = new Promise((e, t) => {
                    this.pending.set(r, { resolve: e, reject: t, onProgress: n.onProgress });
                });
            return (
                this.socket.send(JSON.stringify({ jsonrpc: `2.0`, id: r, method: e, params: t })),
                this.bounded(r, i, n)
            );
        }
        async bounded(e, t, n) {
            let r = (t) => () => {
                    (this.pending.get(e)?.reject(m(t, this.language)),
                        this.pending.delete(e),
                        this.isOpen &&
                            this.socket.send(
                                JSON.stringify({
                                    jsonrpc: `2.0`,
                                    id: this.next++,
                                    method: `cancel`,
                                    params: { id: e },
                                }),
                            ));
                },
                i = r(`aborted`),
                a = n.timeout === void 0 ? void 0 : setTimeout(r(`timeout`), n.timeout);
            (n.signal?.addEventListener(`abort`, i, { once: !0 }), n.signal?.aborted === !0 && i());
            try {
                return await t;
            } finally {
                (clearTimeout(a), n.signal?.removeEventListener(`abort`, i));
            }
        }
        hear(e) {
            if (e.method !== void 0) {
                this.news({ method: e.method, params: e.params ?? {} });
                return;
            }
            let t = this.pending.get(e.id ?? 0);
            if ((this.pending.delete(e.id ?? 0), e.error === void 0)) t?.resolve(e.result);
            else {
                let { message: n, data: r } = e.error;
                t?.reject(new p(r.code, n, r.hint, r.data));
            }
        }
        news(e) {
            let { id: t, done: n, total: r } = e.params;
            ((e.method === `progress` || e.method === `batch`) && typeof t == `number`
                ? this.pending.get(t)?.onProgress?.({ step: `work`, done: Number(n), total: Number(r) })
                : e.method === `consent` &&
                  typeof t == `number` &&
                  this.pending.get(t)?.onProgress?.({ step: `consent`, done: 0, total: 1 }),
                this.onNews?.(e));
        }
        lose() {
            for (let e of this.pending.values()) e.reject(m(`connection_lost`, this.language));
            this.pending.clear();
        }
    },
    Ee = `bidseal.v1`,
    De = 12e4;
async function Oe(e, t, n) {
    let r = new Te(await ke(e, t, n), n),
        i = oe(e),
        a = await r.call(`hello`, { nonce: i }, { timeout: De });
    if (!(await se(e, a, i))) throw (r.close(), m(`not_ours`, n, { port: t }));
    let o = {
        socket: r,
        hello: a,
        port: t,
        base: `http://127.0.0.1:${String(t)}`,
        installation: ce(e, a),
        keep() {
            o.installation === `new` && o.accept();
        },
        accept() {
            (le(e, a), (o.installation = `known`));
        },
    };
    return o;
}
async function ke(e, t, n) {
    let r = v(e, t);
    try {
        let r = e.openSocket(`ws://127.0.0.1:${String(t)}/v1`, Ee);
        return await new Promise((e, i) => {
            (r.addEventListener(`open`, () => {
                e(r);
            }),
                r.addEventListener(`close`, () => {
                    i(m(`refused`, n, { port: t }));
                }));
        });
    } catch (t) {
        throw (
            await y(),
            r.seen() ? m(`csp`, n) : (await e.localAccess()).state === `denied` ? m(`permission_denied`, n) : t
        );
    } finally {
        r.end();
    }
}
var b = [`loopback-network`, `local-network-access`];
function Ae() {
    return {
        origin: location.origin,
        isSecure: isSecureContext,
        languages: navigator.languages,
        storage: je(),
        crypto,
        fetch: (e, t) => fetch(e, t),
        openSocket: (e, t) => new WebSocket(e, t),
        localAccess: Me,
        onPolicyViolation(e) {
            let t = (t) => {
                e(t.blockedURI);
            };
            return (
                document.addEventListener(`securitypolicyviolation`, t),
                () => {
                    document.removeEventListener(`securitypolicyviolation`, t);
                }
            );
        },
        followLink(e) {
            let t = document.createElement(`iframe`);
            ((t.hidden = !0),
                (t.src = e),
                document.body.append(t),
                setTimeout(() => {
                    t.remove();
                }, 1e3));
        },
    };
}
function je() {
    try {
        return localStorage;
    } catch {
        return;
    }
}
async function Me() {
    let e = Ne();
    for (let t of b)
        try {
            return { state: (await navigator.permissions.query({ name: t })).state, mayAsk: e };
        } catch {}
    return { state: `unknown`, mayAsk: e };
}
function Ne() {
    let e = document.featurePolicy;
    if (e === void 0) return !0;
    let t = b.filter((t) => e.features().includes(t));
    return t.length === 0 || t.some((t) => e.allowsFeature(t));
}
var x = 8 << 20,
    S = 4;
async function Pe(e, t, n, r, i, a) {
    let o = 0,
        s = 0;
    for (; o < r.size;) {
        let c = Math.min(o + x, r.size),
            l = {
                method: `PUT`,
                headers: {
                    authorization: `Bearer ${n.ticket}`,
                    "content-range": `bytes ${String(o)}-${String(c - 1)}/${String(r.size)}`,
                },
                body: r.slice(o, c),
            },
            u = await C(e, t + n.path, l, i, a),
            d = await Le(u);
        if (((s = d > o ? 0 : s + 1), s === S)) throw u instanceof Response ? await w(u, i) : u;
        ((o = Math.max(o, d)), a.onProgress?.({ step: `upload`, done: o, total: r.size }));
    }
}
async function Fe(e, t, n, r, i) {
    let a = [],
        o = i.to?.getWriter(),
        s = 0,
        c = 0;
    for (; s < n.length;) {
        let l = Math.min(s + x, n.length),
            u = { authorization: `Bearer ${n.ticket}`, range: `bytes=${String(s)}-${String(l - 1)}` },
            d = await C(e, t + n.path, { headers: u }, r, i),
            f = d instanceof Response && d.status === 206 ? await Ie(d) : void 0;
        if (f?.size !== l - s) {
            if (((c += 1), c === S)) throw d instanceof Response ? await w(d, r) : d;
        } else
            ((c = 0),
                await (o === void 0 ? a.push(f) : o.write(new Uint8Array(await f.arrayBuffer()))),
                (s = l),
                i.onProgress?.({ step: `download`, done: s, total: n.length }));
    }
    return (await o?.close(), new Blob(a));
}
async function C(e, t, n, r, i) {
    try {
        let r = i.signal ?? null;
        return await e.fetch(t, { ...n, signal: r, cache: `no-store`, credentials: `omit` });
    } catch {
        if (i.signal?.aborted === !0) throw m(`aborted`, r);
        return m(`transfer_failed`, r);
    }
}
async function Ie(e) {
    try {
        return await e.blob();
    } catch {
        return;
    }
}
async function Le(e) {
    if (!(e instanceof Response)) return 0;
    let t = await e
        .clone()
        .json()
        .catch(() => ({}));
    return t.received ?? t.error?.data?.data?.received ?? 0;
}
async function w(e, t) {
    let n = await e.json().catch(() => void 0);
    return n?.error === void 0
        ? m(`transfer_failed`, t, { status: e.status })
        : new p(n.error.data.code, n.error.message, n.error.data.hint, n.error.data.data);
}
var T = 3e5,
    E = 2e4,
    Re = 100,
    ze = class {
        constructor(e = {}) {
            (d(this, `language`, void 0),
                d(this, `bid`, new ee(this)),
                d(this, `batch`, new f(this)),
                d(this, `around`, void 0),
                d(this, `ports`, void 0),
                d(this, `connected`, void 0),
                d(this, `onNews`, void 0),
                (this.around = e.surroundings ?? Ae()),
                (this.language = e.language ?? ie(this.around.languages)),
                (this.ports = e.ports ?? pe));
        }
        async status(e = {}) {
            let { hello: t, installation: n, port: r } = await this.open(e);
            return { version: t.version, protocol: t.protocol, port: r, allowed: t.allowed, installation: n };
        }
        async connect(e = {}) {
            let t = await this.open(e);
            if (t.installation === `changed`) throw m(`installation_changed`, this.language);
            (t.hello.allowed || (await t.socket.call(`connect`, {}, { timeout: T, ...e }), (t.hello.allowed = !0)),
                t.keep());
        }
        async acceptInstallation(e = {}) {
            (await this.open(e)).accept();
        }
        async wake(e = 1e4) {
            this.around.followLink(`bidseal:wake`);
            let t = Date.now();
            for (;;)
                try {
                    return await this.status();
                } catch (n) {
                    if (!(n instanceof Error) || !(`code` in n) || n.code !== `not_running`) throw n;
                    if (Date.now() - t > e) throw m(`not_installed`, this.language);
                    await new Promise((e) => setTimeout(e, 500));
                }
        }
        async certificates(e = {}) {
            let t = [],
                n = 0;
            for (let r = 0; n !== void 0 && r < Re; r += 1) {
                let r = await this.call(`certificates`, { from: n }, e);
                (t.push(...r.certificates), (n = r.next));
            }
            return t;
        }
        async getSigningCertificate(e = {}) {
            let t = Date.now(),
                n = (await this.certificates(e)).find((n) =>
                    e.certificate === void 0
                        ? n.can_sign && Date.parse(n.valid_from) <= t && t <= Date.parse(n.valid_to)
                        : n.sha256 === e.certificate,
                );
            if (n === void 0) throw m(`no_certificate`, this.language);
            return n;
        }
        async authenticate(e, t = {}) {
            return this.call(`login`, { certificate: await this.signerOf(t), nonce: e }, t);
        }
        async sign(e, t = {}) {
            let n = await this.signerOf(t),
                r = await this.documentId(e, t);
            return this.call(`sign`, { document: r, certificate: n, detached: t.detached ?? !1 }, t);
        }
        async seal(e, t) {
            let n = await this.signerOf(t),
                r = [];
            for (let n of e) r.push(await this.documentId(n, t));
            let { seal: i, place: a = {}, reason: o } = t,
                s = o === void 0 ? {} : { reason: o };
            return this.call(`seal`, { documents: r, certificate: n, seal: i, place: a, ...s }, t);
        }
        async verify(e, t = {}) {
            let n = await this.documentId(e, t),
                r = t.signature === void 0 ? {} : { signature: await this.documentId(t.signature, t) };
            return await this.call(`verify`, { document: n, ...r }, t);
        }
        async upload(e, t, n = {}) {
            let r = await this.call(`document.open`, { name: e, length: t.size }, n, E),
                { base: i } = await this.open(n);
            return (await Pe(this.around, i, { ...r, length: t.size }, t, this.language, n), r);
        }
        async download(e, t = {}) {
            let { base: n } = await this.open(t);
            return Fe(this.around, n, e, this.language, t);
        }
        async close(e) {
            await this.call(`document.close`, { id: e.id }, {}, E);
        }
        async disconnect() {
            ((await this.connected?.catch(() => void 0))?.socket.close(), (this.connected = void 0));
        }
        async call(e, t, n = {}, r = T) {
            await this.connect(n);
            let { socket: i } = await this.open(n);
            return i.call(e, t, { timeout: r, ...n });
        }
        async documentId(e, t) {
            return `id` in e ? e.id : (await this.upload(e.name, e.content, t)).id;
        }
        async signerOf(e) {
            return e.certificate ?? (await this.getSigningCertificate(e)).sha256;
        }
        async open(e) {
            let t = await this.connected?.catch(() => void 0);
            if (t?.socket.isOpen !== !0) {
                let t = this.reach(e);
                return ((this.connected = t), t);
            }
            return t;
        }
        async reach(e) {
            let t = await he(this.around, this.ports, this.language, e.signal),
                n = await Oe(this.around, t, this.language);
            return ((n.socket.onNews = (e) => this.onNews?.(e)), n);
        }
    },
    Be = {
        name: `Bidseal trial portal`,
        language: `中文`,
        logout: `Log out`,
        welcome: `Log in with your certificate`,
        "welcome.text": `This portal is for trying Bidseal: the Bidseal on your computer logs in, signs, encrypts and opens; the portal gets the results only.`,
        register: `Register and bind a certificate`,
        "register.text": `The first time: name your company and prove who you are with its certificate, which is bound to the account.`,
        login: `Log in`,
        company: `Company`,
        credit_code: `Unified social credit code (optional)`,
        connecting: `Connecting to Bidseal … allow it when the browser asks.`,
        asking: `Please read and answer in Bidseal's window or terminal.`,
        tenders: `Tenders`,
        "tenders.none": `There is no tender yet.`,
        publish: `Publish a tender`,
        title: `Project`,
        lot: `Lot`,
        deadline: `Bids are taken until`,
        opens_at: `Opening`,
        published: `Published.`,
        left: `{time} left`,
        "state.taking": `taking bids`,
        "state.waiting": `closed, waiting for the opening`,
        "state.opening": `opening`,
        count: `{count} bids have come.`,
        bid: `Your bid`,
        "bid.text": `Choose the files of your bid. Bidseal encrypts them on your computer; the portal gets ciphertext, which nobody can open before the opening.`,
        "bid.files": `Files of the bid`,
        "bid.send": `Encrypt and submit`,
        "bid.resume": `Choose the bid that was encrypted last time to go on`,
        "bid.encrypting": `Encrypting …`,
        "bid.uploading": `Uploading …`,
        "bid.judging": `The portal is checking …`,
        "bid.submitted": `The bid was submitted and the receipt downloaded. Root: {root}`,
        "bid.done": `Your bid was submitted, root {root}.`,
        "bid.keep": `Keep the encrypted bid and the receipt that were downloaded.`,
        seal: `Sign many documents`,
        "seal.text": `Choose several documents: one confirmation, all signed.`,
        "seal.files": `Documents`,
        "seal.run": `Sign all`,
        "seal.done": `{done} were signed, {failed} were not.`,
        verify: `Verify signatures`,
        "verify.text": `Choose a signed or sealed document; Bidseal judges it.`,
        "verify.file": `Document`,
        "verify.run": `Verify`,
        "verdict.valid": `Valid: nothing was changed, and the certificate is trusted.`,
        "verdict.invalid": `Not valid.`,
        "verdict.unknown": `Not known to be valid.`,
        room: `Opening room`,
        "room.wait": `Until the opening`,
        "room.open": `Open my bid`,
        "room.open.text": `Only the key of your bid goes to the portal; no file is sent again.`,
        "room.opened": `Opened: {count} files.`,
        "room.record": `Record of the opening`,
        "room.sign": `Sign the record`,
        "room.signed": `Signed by {companies}`,
        "room.signed.none": `Nobody has signed yet.`,
        "room.signed.done": `You have signed the record.`,
        "table.company": `Bidder`,
        "table.size": `Size`,
        "table.root": `Root`,
        "table.opened": `Opened`,
        "table.files": `Files`,
        yes: `opened`,
        no: `not opened`,
        back: `All tenders`,
        changed: `Go on`,
        "error.session": `The session is over.|Log in again.`,
        "error.login": `You are not logged in.|Log in with your certificate and try again.`,
        "error.csrf": `The request did not come from this page.|Load the page again and retry.`,
        "error.nonce": `The challenge was used or is too old.|Log in again.`,
        "error.token": `The login token cannot be read.|Update Bidseal and try again.`,
        "error.token_signature": `The login token was not made for this portal.|Log in again; if it persists, tell the operator.`,
        "error.certificate_expired": `The certificate is not valid now.|Renew it and try again.`,
        "error.certificate_untrusted": `The portal does not trust the authority of this certificate.|Use a certificate that the portal accepts.`,
        "error.certificate_bound": `This certificate is bound to an account already.|Log in with it.`,
        "error.certificate_unknown": `This certificate is bound to no account.|Register and bind it first.`,
        "error.credit_code": `The credit code is not the certificate's.|Enter the code in the certificate.`,
        "error.text": `A field is empty, too long, or holds a special character.|Correct it and try again.`,
        "error.dates": `The times do not fit: the deadline is in the future, the opening not before it.|Correct them.`,
        "error.deadline": `The time for bids is over.|The portal's clock decides; no bid is taken any more.`,
        "error.not_yet": `It is not time to open.|Wait for the countdown.`,
        "error.submitted": `Your bid was submitted already.|One bid is taken for each lot.`,
        "error.opened": `Your bid was opened already.|There is nothing more to do.`,
        "error.size": `The size is not allowed.|A bid has at most 16 GiB.`,
        "error.range": `The slice does not follow.|Choose the file again to go on.`,
        "error.incomplete": `The file has not arrived completely.|Go on with the upload.`,
        "error.not_a_bid": `This is no complete encrypted bid, or it was altered.|Encrypt it anew.`,
        "error.other_tender": `This bid was encrypted for another tender.|Encrypt it for this one.`,
        "error.statement": `The sealing statement does not fit the bid or the account.|Encrypt anew with the bound certificate.`,
        "error.signature": `The signature does not hold.|Sign with the bound certificate.`,
        "error.answer": `The key that came does not open your bid.|Use the certificate to which it was encrypted.`,
        "error.no_party": `You take no part in this opening.|The host and the bidders see the record.`,
        "error.not_all_opened": `Some bids are not opened yet.|The record is made when all are, or an hour after the opening.`,
        "error.absent": `There is no such thing.|Go back to the list.`,
        "error.internal": `The portal has a fault.|Try again later.`,
        "error.network": `The portal cannot be reached.|Check the network and try again.`,
    },
    D = {
        name: `标信试用采购门户`,
        language: `English`,
        logout: `退出登录`,
        welcome: `用证书登录`,
        "welcome.text": `本门户用于试用标信：登录、签章、加密、开标都由您电脑上的标信完成，门户只收到结果。`,
        register: `注册并绑定证书`,
        "register.text": `首次使用：填写单位信息，用证书证明身份，证书即绑定到本单位账户。`,
        login: `证书登录`,
        company: `单位名称`,
        credit_code: `统一社会信用代码（可不填）`,
        connecting: `正在连接标信……浏览器询问时请允许。`,
        asking: `请在标信的窗口或终端中查看并回答。`,
        tenders: `招标项目`,
        "tenders.none": `还没有招标项目。`,
        publish: `发布招标`,
        title: `项目名称`,
        lot: `标段`,
        deadline: `投标截止时间`,
        opens_at: `开标时间`,
        published: `已发布。`,
        left: `剩余 {time}`,
        "state.taking": `接收投标中`,
        "state.waiting": `已截止，等待开标`,
        "state.opening": `开标中`,
        count: `已收到 {count} 份投标。`,
        bid: `我的投标`,
        "bid.text": `选择投标文件。标信在您的电脑上加密，本门户只收到密文；开标前任何人都无法打开。`,
        "bid.files": `投标文件`,
        "bid.send": `加密并提交`,
        "bid.resume": `选择上次加密的文件继续上传`,
        "bid.encrypting": `正在加密……`,
        "bid.uploading": `正在上传……`,
        "bid.judging": `门户正在核验……`,
        "bid.submitted": `投标已提交，回执已下载。哈希根：{root}`,
        "bid.done": `您的投标已提交，哈希根 {root}。`,
        "bid.keep": `请保存下载的加密标书与回执。`,
        seal: `批量签名`,
        "seal.text": `选择多份文件，一次确认，全部签名。`,
        "seal.files": `待签文件`,
        "seal.run": `批量签名`,
        "seal.done": `{done} 份已签名，{failed} 份未成功。`,
        verify: `验证签名`,
        "verify.text": `选择一份已签名或盖章的文件，由标信验证。`,
        "verify.file": `文件`,
        "verify.run": `验证`,
        "verdict.valid": `有效：内容未被改动，证书可信。`,
        "verdict.invalid": `无效。`,
        "verdict.unknown": `无法确认是否有效。`,
        room: `开标室`,
        "room.wait": `距开标`,
        "room.open": `解密我的投标`,
        "room.open.text": `只把标书的密钥交给门户，不再传输文件。`,
        "room.opened": `已解密，共 {count} 个文件。`,
        "room.record": `开标记录`,
        "room.sign": `签署开标记录`,
        "room.signed": `已签署：{companies}`,
        "room.signed.none": `尚无人签署。`,
        "room.signed.done": `您已签署开标记录。`,
        "table.company": `投标单位`,
        "table.size": `大小`,
        "table.root": `哈希根`,
        "table.opened": `解密`,
        "table.files": `文件`,
        yes: `已解密`,
        no: `未解密`,
        back: `返回列表`,
        changed: `确认继续`,
        "error.session": `会话已过期。|请重新登录。`,
        "error.login": `请先登录。|用证书登录后重试。`,
        "error.csrf": `请求不是由本页面发出的。|请刷新页面后重试。`,
        "error.nonce": `登录口令已使用或超时。|请重新登录。`,
        "error.token": `登录凭证无法读取。|请升级标信后重试。`,
        "error.token_signature": `登录凭证不是为本门户签发的。|请重新登录；如仍失败，请联系门户运营方。`,
        "error.certificate_expired": `证书不在有效期内。|请更新证书后重试。`,
        "error.certificate_untrusted": `门户不信任此证书的颁发机构。|请使用门户认可的证书。`,
        "error.certificate_bound": `此证书已绑定其他账户。|请直接用证书登录。`,
        "error.certificate_unknown": `此证书尚未绑定账户。|请先注册并绑定证书。`,
        "error.credit_code": `统一社会信用代码与证书不一致。|请填写证书中的代码。`,
        "error.text": `有一项填写得过长、为空或含有特殊字符。|请修改后重试。`,
        "error.dates": `时间不合理：截止时间须在将来，开标不得早于截止。|请修改时间。`,
        "error.deadline": `投标已截止。|门户以服务器时间为准，不再接收投标。`,
        "error.not_yet": `开标时间未到。|请等待倒计时结束。`,
        "error.submitted": `您的投标已提交。|每个标段只接收一份投标。`,
        "error.opened": `您的投标已解密。|无需重复操作。`,
        "error.size": `文件大小不在允许范围内。|单份投标最大 16 GiB。`,
        "error.range": `上传的片段不连续。|请重新选择文件继续上传。`,
        "error.incomplete": `文件尚未上传完整。|请继续上传。`,
        "error.not_a_bid": `这不是完整的加密标书，或已被改动。|请重新加密后上传。`,
        "error.other_tender": `此标书是为其他项目加密的。|请为本项目重新加密。`,
        "error.statement": `封装证明与标书或账户不符。|请用绑定的证书重新加密。`,
        "error.signature": `签名无法通过验证。|请用绑定的证书重新签署。`,
        "error.answer": `交来的密钥不能打开您的标书。|请使用加密时的证书。`,
        "error.no_party": `您不是本次开标的参与方。|只有招标方与投标方可以查看记录。`,
        "error.not_all_opened": `还有投标尚未解密。|全部解密或开标一小时后生成记录。`,
        "error.absent": `没有找到。|请返回列表。`,
        "error.internal": `门户发生故障。|请稍后重试。`,
        "error.network": `无法连接门户。|请检查网络后重试。`,
    },
    Ve = { "zh-CN": D, en: Be },
    O = localStorage.getItem(`language`) === `en` || !navigator.language.startsWith(`zh`) ? `en` : `zh-CN`;
localStorage.getItem(`language`) === `zh-CN` && (O = `zh-CN`);
function k() {
    return O;
}
function He(e) {
    ((O = e), localStorage.setItem(`language`, e));
}
function A(e, t = {}) {
    return Object.entries(t).reduce((e, [t, n]) => e.replace(`{${t}}`, String(n)), Ve[O][e]);
}
function j(e) {
    let t = `error.${e}`,
        [n = ``, r = ``] = (Object.hasOwn(D, t) ? A(t) : A(`error.internal`)).split(`|`);
    return [n, r];
}
var M = class extends Error {
        constructor(e) {
            let [t, n] = j(e);
            (super(t), d(this, `code`, void 0), d(this, `hint`, void 0), (this.code = e), (this.hint = n));
        }
    },
    Ue = ``,
    N = 0;
async function We() {
    let e = await B(`GET`, `/session`);
    return ((Ue = e.csrf), P(e.now), e);
}
function P(e) {
    N = e - Date.now() / 1e3;
}
function F() {
    return Date.now() / 1e3 + N;
}
async function I(e) {
    return await B(`GET`, e);
}
async function L(e, t = {}) {
    return await B(`POST`, e, JSON.stringify(t), { "content-type": `application/json` });
}
async function Ge(e, t) {
    return await B(`POST`, e, t);
}
async function R(e) {
    return (await V(`GET`, e, null, {})).blob();
}
async function z(e, t, n) {
    let r = 0,
        { bid: i } = await L(e, { size: t.size }),
        a = i.received;
    for (; a < t.size;) {
        let i = Math.min(a + 4194304, t.size),
            o = `bytes ${String(a)}-${String(i - 1)}/${String(t.size)}`;
        try {
            let n = await H(`PUT`, `${e}/bytes`, t.slice(a, i), { "content-range": o });
            if (!n.ok && n.status !== 409) throw new M(await U(n));
            ((a = (await n.json()).received ?? a), (r = 0));
        } catch (e) {
            if (((r += 1), r === 5 || !(e instanceof M) || e.code !== `network`)) throw e;
            await new Promise((e) => setTimeout(e, 1e3));
        }
        n(a);
    }
}
async function B(e, t, n, r = {}) {
    return (await V(e, t, n ?? null, r)).json();
}
async function V(e, t, n, r) {
    let i = await H(e, t, n, r);
    if (!i.ok) throw new M(await U(i));
    return i;
}
async function H(e, t, n, r) {
    try {
        return await fetch(`/api${t}`, { method: e, body: n, headers: { ...r, "x-csrf-token": Ue } });
    } catch {
        throw new M(`network`);
    }
}
async function U(e) {
    return (await e.json().catch(() => ({}))).error?.code ?? `internal`;
}
var W, G;
function Ke(e) {
    G = e;
}
function K() {
    return G?.account ?? null;
}
function q() {
    return ((W ??= new ze({ language: k(), ...(G === void 0 ? {} : { ports: G.agent_ports }) })), W);
}
function J(n, r = ``, i = ``) {
    let a = t(`note`);
    ((a.className = r), a.replaceChildren(n, ...(i === `` ? [] : [e(`small`, {}, i)])));
}
function Y(n) {
    return ({ step: r, done: i, total: a }) => {
        let o = e(`progress`, { value: String(i), max: String(Math.max(a, 1)) });
        ((t(`note`).className = ``), t(`note`).replaceChildren(A(r === `consent` ? `asking` : n), o));
    };
}
function X(e) {
    let t = !1;
    return () => {
        if (t) return;
        t = !0;
        let n = () => {
            t = !1;
        };
        e().catch(qe).then(n, n);
    };
}
function qe(n) {
    if (n instanceof p && n.code === `installation_changed`) {
        J(n.message, `bad`, n.hint);
        let r = X(async () => {
            (await q().acceptInstallation(), J(``));
        });
        t(`note`).append(e(`button`, { type: `button`, class: `quiet`, click: r }, A(`changed`)));
    } else
        n instanceof p || n instanceof M
            ? (J(n.message, `bad`, n.hint), (t(`note`).dataset.code = n.code))
            : J(String(n), `bad`);
}
function Je(t, r, o) {
    let s = e(`section`, { id: `bid` }, e(`h2`, {}, A(`bid`)));
    if (r !== null && r.state !== `uploading`)
        return (s.append(e(`p`, { id: `submitted` }, A(`bid.done`, { root: r.root }))), s);
    let c = X(async () => {
        let e = i(s, `files`);
        if (e.length === 0) return;
        let { content: n, statement: r } = await Xe(t, e);
        (a(`${t.title}.bid`, n), a(`${t.title}.bid.p7s`, r));
        let c = Y(`bid.uploading`);
        (await z(`/tenders/${t.id}/bid`, n, (e) => {
            c({ step: `upload`, done: e, total: n.size });
        }),
            await Z(t, r),
            await o());
    });
    return (
        s.append(
            e(`p`, {}, A(`bid.text`)),
            n(A(`bid.files`), { name: `files`, type: `file`, multiple: !0 }),
            e(`button`, { type: `button`, click: c }, A(`bid.send`)),
        ),
        r !== null && s.append(Ye(t, o)),
        s
    );
}
function Ye(t, r) {
    let a = e(`div`, { id: `resume` }),
        o = X(async () => {
            let e = i(a, `again`),
                [n, o] = [`.bid`, `.p7s`].map((t) => e.find((e) => e.name.endsWith(t)));
            if (n !== void 0 && o !== void 0) {
                let e = Y(`bid.uploading`);
                (await z(`/tenders/${t.id}/bid`, n, (t) => {
                    e({ step: `upload`, done: t, total: n.size });
                }),
                    await Z(t, o),
                    await r());
            }
        });
    return (
        a.append(
            n(A(`bid.resume`), { name: `again`, type: `file`, multiple: !0, accept: `.bid,.p7s` }),
            e(`button`, { type: `button`, class: `quiet`, click: o }, A(`bid.resume`)),
        ),
        a
    );
}
async function Xe(e, t) {
    J(A(`connecting`));
    let n = (await q().certificates()).find((e) => e.can_encrypt),
        r = await q().bid.encrypt({
            name: `${e.title}.bid`,
            files: t.map((e) => ({ source: { name: e.name, content: e } })),
            to: n === void 0 ? [] : [s(n.der)],
            meta: {
                project: e.title,
                lot: e.lot,
                bidder: K()?.company ?? ``,
                opens_at: new Date(e.opens_at * 1e3).toISOString().replace(`.000`, ``),
                platformCertificate: await R(`/platform.cer`),
            },
            onProgress: Y(`bid.encrypting`),
        });
    return {
        content: await q().download(r.bid, { onProgress: Y(`bid.encrypting`) }),
        statement: await q().download(r.statement),
    };
}
async function Z(e, t) {
    J(A(`bid.judging`));
    let { root: n, receipt: r } = await L(`/tenders/${e.id}/bid/submit`, { statement: await o(t) });
    (a(`${e.title}.receipt.p7s`, s(r)), J(A(`bid.submitted`, { root: n }), `good`, A(`bid.keep`)));
}
async function Ze(t) {
    let n = await I(`/tenders`);
    P(n.now);
    let r = n.tenders.map((t) =>
            e(
                `section`,
                { class: `tender` },
                e(`h2`, {}, e(`a`, { href: `#/tender/${t.id}` }, t.title)),
                e(`p`, { class: `soft` }, `${t.lot} · ${Qe(t)} · ${A(`deadline`)} ${Q(t.deadline)}`),
            ),
        ),
        i = e(`section`, {}, e(`p`, { class: `soft` }, A(`tenders.none`)));
    return [e(`h1`, {}, A(`tenders`)), ...(r.length === 0 ? [i] : r), $e(t), et(), nt()];
}
function Qe(e) {
    let t = F();
    return t < e.deadline ? A(`state.taking`) : t < e.opens_at ? A(`state.waiting`) : A(`state.opening`);
}
function Q(e) {
    return new Date(e * 1e3).toLocaleString(k());
}
function $e(t) {
    let i = e(
            `form`,
            { id: `publish` },
            e(`h2`, {}, A(`publish`)),
            n(A(`title`), { name: `title`, required: !0, maxlength: `100` }),
            n(A(`lot`), { name: `lot`, maxlength: `100` }),
            n(A(`deadline`), { name: `deadline`, type: `datetime-local`, step: `1`, required: !0 }),
            n(A(`opens_at`), { name: `opens_at`, type: `datetime-local`, step: `1`, required: !0 }),
            e(`button`, {}, A(`publish`)),
        ),
        a = (e) => Math.floor(new Date(r(i, e)).getTime() / 1e3),
        o = X(async () => {
            let [e, n] = [a(`deadline`), a(`opens_at`)];
            (await L(`/tenders`, { title: r(i, `title`), lot: r(i, `lot`), deadline: e, opens_at: n }),
                await t(),
                J(A(`published`), `good`));
        });
    return (
        i.addEventListener(`submit`, (e) => {
            (e.preventDefault(), o());
        }),
        e(`section`, {}, i)
    );
}
function et() {
    let t = e(`section`, { id: `batch` }, e(`h2`, {}, A(`seal`)), e(`p`, {}, A(`seal.text`))),
        r = e(`ul`),
        a = X(async () => {
            let e = i(t, `documents`).map((e) => ({ name: e.name, content: e })),
                { results: n } = await q().batch.sign(e, { onProgress: Y(`connecting`) });
            r.replaceChildren(...n.flatMap(({ document: e }) => (e === void 0 ? [] : [tt(e)])));
            let a = n.filter((e) => e.document === void 0).length;
            J(A(`seal.done`, { done: n.length - a, failed: a }), a === 0 ? `good` : `bad`);
        });
    return (
        t.append(
            n(A(`seal.files`), { name: `documents`, type: `file`, multiple: !0 }),
            e(`button`, { type: `button`, click: a }, A(`seal.run`)),
            r,
        ),
        t
    );
}
function tt(t) {
    return e(
        `li`,
        {},
        e(
            `a`,
            {
                href: `#/`,
                click: X(async () => {
                    a(t.name, await q().download(t));
                }),
            },
            t.name,
        ),
    );
}
function nt() {
    let t = e(`section`, { id: `verify` }, e(`h2`, {}, A(`verify`)), e(`p`, {}, A(`verify.text`))),
        r = X(async () => {
            let [e] = i(t, `document`);
            if (e !== void 0) {
                let { verdict: t } = await q().verify({ name: e.name, content: e });
                J(A(`verdict.${t}`), t === `valid` ? `good` : `bad`);
            }
        });
    return (
        t.append(
            n(A(`verify.file`), { name: `document`, type: `file` }),
            e(`button`, { type: `button`, click: r }, A(`verify.run`)),
        ),
        t
    );
}
async function rt(t, n, r, i) {
    let a = e(`section`, { id: `room` }, e(`h2`, {}, A(`room`)), it(r));
    n?.state === `submitted` &&
        (a.append(e(`p`, { class: `soft` }, A(`room.open.text`))),
        a.append(e(`button`, { type: `button`, id: `open`, click: at(t, i) }, A(`room.open`))));
    let o = await ot(t);
    if (o !== void 0) {
        let n = o.signed.map((e) => `${e.company} ${Q(e.at)}`).join(`; `);
        a.append(
            e(`h2`, {}, A(`room.record`)),
            e(`pre`, { id: `record` }, o.content),
            e(`p`, { id: `signed` }, n === `` ? A(`room.signed.none`) : A(`room.signed`, { companies: n })),
            e(`button`, { type: `button`, id: `sign`, click: st(t, o, i) }, A(`room.sign`)),
        );
    }
    return a;
}
function it(t) {
    let n = [`table.company`, `table.size`, `table.root`, `table.opened`, `table.files`],
        r = (t) =>
            e(
                `tr`,
                {},
                e(`td`, {}, t.company),
                e(`td`, {}, t.size.toLocaleString()),
                e(`td`, { title: t.root }, `${t.root.slice(0, 16)}…`),
                e(`td`, {}, t.opened > 0 ? `${A(`yes`)} ${Q(t.opened)}` : A(`no`)),
                e(`td`, {}, t.files.map((e) => e.path).join(`, `)),
            );
    return e(
        `div`,
        { class: `scroll` },
        e(
            `table`,
            {},
            e(`thead`, {}, e(`tr`, {}, ...n.map((t) => e(`th`, { scope: `col` }, A(t))))),
            e(`tbody`, {}, ...t.map(r)),
        ),
    );
}
function at(e, t) {
    return X(async () => {
        J(A(`connecting`));
        let [n, r] = [await R(`/tenders/${e.id}/bid/header`), await R(`/platform.cer`)];
        J(A(`asking`));
        let { response: i } = await q().bid.open(n, r, { name: `${e.title}.bid` }),
            a = await q().download(i),
            { files: o } = await Ge(`/tenders/${e.id}/bid/open`, a);
        (await t(), J(A(`room.opened`, { count: o.length }), `good`));
    });
}
async function ot(e) {
    try {
        return await I(`/tenders/${e.id}/record`);
    } catch (e) {
        if (e instanceof M && (e.code === `no_party` || e.code === `not_all_opened`)) return;
        throw e;
    }
}
function st(e, t, n) {
    return X(async () => {
        J(A(`asking`));
        let r = { name: `${e.title}.record.json`, content: new Blob([t.content]) },
            { document: i } = await q().sign(r, { detached: !0 }),
            a = await o(await q().download(i));
        (await L(`/tenders/${e.id}/record`, { signature: a }), await n(), J(A(`room.signed.done`), `good`));
    });
}
async function ct(t, n) {
    let r = await I(`/tenders/${t}`),
        { bid: i } = await I(`/tenders/${t}/bid`);
    P(r.now);
    let { tender: a, count: o, bids: s } = r,
        c = e(
            `section`,
            {},
            e(`h1`, {}, a.title),
            e(`p`, { class: `soft` }, `${a.lot} · ${Qe(a)}`),
            e(`p`, {}, `${A(`deadline`)} ${Q(a.deadline)} · ${A(`opens_at`)} ${Q(a.opens_at)}`),
            e(`p`, { id: `count` }, A(`count`, { count: o })),
            e(`a`, { href: `#/` }, A(`back`)),
        ),
        l = F(),
        u = [c];
    return (
        l < a.deadline
            ? u.push(lt(a.deadline, `deadline`, n), Je(a, i, n))
            : l < a.opens_at
              ? u.push(lt(a.opens_at, `room.wait`, n))
              : u.push(await rt(a, i, s, n)),
        u
    );
}
function lt(t, n, r) {
    let i = e(`div`, { class: `countdown`, role: `timer` }),
        a = () => {
            let e = Math.max(0, Math.ceil(t - F())),
                n = (e) => String(Math.floor(e)).padStart(2, `0`);
            ((i.textContent = A(`left`, { time: `${n(e / 3600)}:${n((e / 60) % 60)}:${n(e % 60)}` })),
                i.isConnected ? e === 0 && (clearInterval(o), setTimeout(() => void r(), 1e3)) : clearInterval(o));
        },
        o = setInterval(a, 250);
    return (setTimeout(a), e(`section`, {}, e(`h2`, {}, A(n)), i));
}
function ut(t) {
    let i = e(
            `form`,
            { id: `register` },
            e(`h2`, {}, A(`register`)),
            e(`p`, { class: `soft` }, A(`register.text`)),
            n(A(`company`), { name: `company`, required: !0, maxlength: `100` }),
            n(A(`credit_code`), { name: `credit_code`, maxlength: `18` }),
            e(`button`, {}, A(`register`)),
        ),
        a = X(async () => {
            let [e, n] = [r(i, `company`), r(i, `credit_code`)];
            (await L(`/register`, { company: e, credit_code: n, token: await dt() }), await t());
        });
    i.addEventListener(`submit`, (e) => {
        (e.preventDefault(), a());
    });
    let o = X(async () => {
        (await L(`/login`, { token: await dt() }), await t());
    });
    return [
        e(
            `section`,
            {},
            e(`h1`, {}, A(`welcome`)),
            e(`p`, {}, A(`welcome.text`)),
            e(`button`, { id: `login`, type: `button`, click: o }, A(`login`)),
        ),
        e(`section`, {}, i),
    ];
}
async function dt() {
    (J(A(`connecting`)), await q().connect(), J(A(`asking`)));
    let e = (await q().getSigningCertificate()).sha256,
        { nonce: t } = await L(`/nonce`),
        {
            unverifiedCertificate: n,
            algorithm: r,
            signature: i,
            format: a,
        } = await q().authenticate(t, { certificate: e });
    return (J(``), { unverifiedCertificate: n, algorithm: r, signature: i, format: a });
}
async function $() {
    try {
        (Ke(await We()), pt(), t(`view`).replaceChildren(...(await ft())));
    } catch (n) {
        let [r, i] = j(n instanceof M ? n.code : `internal`);
        (J(r, `bad`, i), t(`view`).replaceChildren(e(`a`, { href: `#/` }, A(`back`))));
    }
}
async function ft() {
    if (K() === null) return ut($);
    let e = /^#\/tender\/([0-9a-f]{32})$/.exec(location.hash)?.[1];
    return e === void 0 ? Ze($) : ct(e, $);
}
function pt() {
    ((document.documentElement.lang = k()),
        (document.title = A(`name`)),
        (t(`name`).textContent = A(`name`)),
        (t(`company`).textContent = K()?.company ?? ``),
        (t(`language`).textContent = A(`language`)),
        (t(`logout`).textContent = A(`logout`)),
        (t(`logout`).hidden = K() === null));
}
(t(`language`).addEventListener(`click`, () => {
    (He(k() === `en` ? `zh-CN` : `en`), J(``), $());
}),
    t(`logout`).addEventListener(`click`, () => {
        L(`/logout`)
            .then(() => q().disconnect())
            .then($);
    }),
    addEventListener(`hashchange`, () => {
        (J(``), $());
    }),
    $());
