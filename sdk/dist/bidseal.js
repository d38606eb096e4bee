// \0@oxc-project+runtime@0.156.0/helpers/esm/typeof.js
function e(t) {
	"@babel/helpers - typeof";
	return e = typeof Symbol == "function" && typeof Symbol.iterator == "symbol" ? function(e) {
		return typeof e;
	} : function(e) {
		return e && typeof Symbol == "function" && e.constructor === Symbol && e !== Symbol.prototype ? "symbol" : typeof e;
	}, e(t);
}
// \0@oxc-project+runtime@0.156.0/helpers/esm/toPrimitive.js
function t(t, n) {
	if (e(t) != "object" || !t) return t;
	var r = t[Symbol.toPrimitive];
	if (r !== void 0) {
		var i = r.call(t, n || "default");
		if (e(i) != "object") return i;
		throw TypeError("@@toPrimitive must return a primitive value.");
	}
	return (n === "string" ? String : Number)(t);
}
// \0@oxc-project+runtime@0.156.0/helpers/esm/toPropertyKey.js
function n(n) {
	var r = t(n, "string");
	return e(r) == "symbol" ? r : r + "";
}
// \0@oxc-project+runtime@0.156.0/helpers/esm/defineProperty.js
function r(e, t, r) {
	return (t = n(t)) in e ? Object.defineProperty(e, t, {
		value: r,
		enumerable: !0,
		configurable: !0,
		writable: !0
	}) : e[t] = r, e;
}
// src/batch.ts
var i = class {
	constructor(e) {
		r(this, "bidseal", void 0), this.bidseal = e;
	}
	async sign(e, t = {}) {
		let n = await this.bidseal.signerOf(t), r = await this.upload(e, t);
		return this.bidseal.call("batch.sign", {
			documents: r,
			certificate: n,
			detached: t.detached ?? !1
		}, t);
	}
	async seal(e, t) {
		let n = await this.bidseal.signerOf(t), r = await this.upload(e, t), { seal: i, place: a = {}, reason: o } = t, s = o === void 0 ? {} : { reason: o };
		return this.bidseal.call("batch.seal", {
			documents: r,
			certificate: n,
			seal: i,
			place: a,
			...s
		}, t);
	}
	async resume(e, t, n = {}) {
		let r = [];
		for (let { item: e, source: i } of t) r.push({
			item: e,
			document: await this.bidseal.documentId(i, n)
		});
		return this.bidseal.call("batch.resume", {
			batch: e,
			items: r
		}, n);
	}
	async upload(e, t) {
		let n = [];
		for (let r of e) n.push(await this.bidseal.documentId(r, { signal: t.signal })), t.onProgress?.({
			step: "upload",
			done: n.length,
			total: e.length
		});
		return n;
	}
}, a = class {
	constructor(e) {
		r(this, "bidseal", void 0), this.bidseal = e;
	}
	async encrypt(e) {
		let t = [];
		for (let { source: n, folder: r } of e.files) {
			let i = await this.bidseal.documentId(n, e);
			t.push(r === void 0 ? { document: i } : {
				document: i,
				folder: r
			});
		}
		let { platformCertificate: n, ...r } = e.meta ?? {}, i = await this.certificates(n === void 0 ? [] : [n], e);
		return this.bidseal.call("bid.encrypt", {
			name: e.name,
			files: t,
			to: await this.certificates(e.to, e),
			host: await this.certificates(e.host ?? [], e),
			meta: i[0] === void 0 ? r : {
				...r,
				platform_certificate: i[0]
			},
			no_statement: e.statement === !1
		}, e);
	}
	async decrypt(e, t = {}) {
		let n = {
			bid: await this.bidseal.documentId(e, t),
			...o(t)
		}, r = await this.bidseal.call("bid.decrypt", n, t), i = await (await this.bidseal.download(r.contents, t)).text();
		return {
			...r,
			list: JSON.parse(i)
		};
	}
	async open(e, t, n = {}) {
		let r = await this.bidseal.documentId({
			name: n.name ?? "bid.bid",
			content: e
		}, n), [i = ""] = await this.certificates([t], n);
		return this.bidseal.call("bid.open", {
			header: r,
			platform: i,
			...o(n)
		}, n);
	}
	async certificates(e, t) {
		let n = [];
		for (let [r, i] of e.entries()) {
			let e = {
				name: `certificate-${String(r + 1)}.cer`,
				content: i
			};
			n.push(await this.bidseal.documentId(e, { signal: t.signal }));
		}
		return n;
	}
};
function o({ certificate: e }) {
	return e === void 0 ? {} : { certificate: e };
}
// src/words.ts
var s = {
	insecure_context: {
		"zh-CN": {
			message: "本页面不是通过 https 打开的。",
			hint: "请使用以 https:// 开头的地址重新打开本页面。"
		},
		en: {
			message: "This page was not opened over https.",
			hint: "Open it again by its https:// address."
		}
	},
	unsupported_browser: {
		"zh-CN": {
			message: "此浏览器缺少所需的功能。",
			hint: "请使用新版本的 Chrome、Edge 或 Firefox。"
		},
		en: {
			message: "This browser lacks what is needed.",
			hint: "Use a recent Chrome, Edge or Firefox."
		}
	},
	blocked_frame: {
		"zh-CN": {
			message: "本页面嵌在另一个页面中，且外层页面不允许其访问本机程序。",
			hint: "请在单独的标签页中打开；外层页面的运营方应在 iframe 上加 allow=\"local-network-access; loopback-network\"。"
		},
		en: {
			message: "This page lies in a frame, and the page around it does not let it reach programs on this computer.",
			hint: "Open it in a tab of its own; the operator of the outer page adds allow=\"local-network-access; loopback-network\" to the iframe."
		}
	},
	csp: {
		"zh-CN": {
			message: "本网站的内容安全策略不允许连接本机程序。",
			hint: "请网站运营方按接入指南在 connect-src 中加入本机地址。"
		},
		en: {
			message: "This site's content security policy does not let it connect to programs on this computer.",
			hint: "The operator of the site adds the addresses of the portal guide to connect-src."
		}
	},
	permission_denied: {
		"zh-CN": {
			message: "浏览器不允许本网站访问本机程序，因此无法得知标信是否在运行。",
			hint: "点击地址栏左侧的图标，允许访问“本地网络”或“本机应用”，再重试；单位电脑请联系管理员。"
		},
		en: {
			message: "The browser does not let this site reach programs on this computer, so it cannot be told whether Bidseal is running.",
			hint: "Click the icon left of the address, allow “local network” or “apps on device”, and try again; on a managed computer ask the administrator."
		}
	},
	not_running: {
		"zh-CN": {
			message: "标信没有在运行，或尚未安装。",
			hint: "请启动标信后重试；尚未安装时请先安装。"
		},
		en: {
			message: "Bidseal is not running, or not installed.",
			hint: "Start Bidseal and try again; install it first if you have not yet."
		}
	},
	not_installed: {
		"zh-CN": {
			message: "已尝试启动标信，但没有任何响应：可能尚未安装。",
			hint: "请从本网站的下载页面安装标信。"
		},
		en: {
			message: "Bidseal was called and did not come: it is probably not installed.",
			hint: "Install Bidseal from this site's download page."
		}
	},
	not_ours: {
		"zh-CN": {
			message: "标信的端口被另一个程序占用。",
			hint: "请退出该程序，或运行 bidseal doctor 查看占用端口的程序。"
		},
		en: {
			message: "Another program holds Bidseal's port.",
			hint: "Close it; `bidseal doctor` names the program that holds the port."
		}
	},
	other_user: {
		"zh-CN": {
			message: "在运行的标信属于本机的另一个用户。",
			hint: "请在自己的账户中启动标信。"
		},
		en: {
			message: "The Bidseal that is running belongs to another user of this computer.",
			hint: "Start Bidseal in your own account."
		}
	},
	too_old: {
		"zh-CN": {
			message: "已安装的标信版本过旧。",
			hint: "请升级标信后重试。"
		},
		en: {
			message: "The installed Bidseal is too old for this site.",
			hint: "Update Bidseal and try again."
		}
	},
	page_too_old: {
		"zh-CN": {
			message: "本网站使用的接口版本比已安装的标信旧。",
			hint: "请网站运营方升级 SDK。"
		},
		en: {
			message: "This site speaks an older protocol than the installed Bidseal.",
			hint: "The operator updates the SDK."
		}
	},
	refused: {
		"zh-CN": {
			message: "标信拒绝了本网站的连接。",
			hint: "如果您曾禁止本网站，请在标信的网站列表中将其移除。"
		},
		en: {
			message: "Bidseal refused this site's connection.",
			hint: "If you have blocked this site, take it off Bidseal's list of sites."
		}
	},
	installation_changed: {
		"zh-CN": {
			message: "本机的标信与上次不同：可能重新安装过，也可能是其他程序冒充。",
			hint: "如果您刚重新安装过标信，请确认继续；否则请先检查这台电脑。"
		},
		en: {
			message: "The Bidseal on this computer is not the one of last time: it was installed anew, or another program poses as it.",
			hint: "Go on if you have just installed Bidseal anew; otherwise have this computer looked at first."
		}
	},
	connection_lost: {
		"zh-CN": {
			message: "与标信的连接中断。",
			hint: "请确认标信仍在运行，然后重试。"
		},
		en: {
			message: "The connection to Bidseal was lost.",
			hint: "See that Bidseal is still running and try again."
		}
	},
	timeout: {
		"zh-CN": {
			message: "等待时间过长，没有得到答复。",
			hint: "请查看标信的窗口或终端是否有待回答的问题，然后重试。"
		},
		en: {
			message: "There was no answer in time.",
			hint: "See whether Bidseal's window or terminal waits for an answer, and try again."
		}
	},
	aborted: {
		"zh-CN": {
			message: "操作已取消。",
			hint: "可以随时重新开始。"
		},
		en: {
			message: "The operation was cancelled.",
			hint: "Start it again whenever you like."
		}
	},
	transfer_failed: {
		"zh-CN": {
			message: "文件传输中断。",
			hint: "请重试；已传输的部分不会重复传输。"
		},
		en: {
			message: "The transfer of a file broke off.",
			hint: "Try again; what has arrived is not sent again."
		}
	},
	no_certificate: {
		"zh-CN": {
			message: "没有找到可用的证书。",
			hint: "请插入密钥或检查证书是否在有效期内。"
		},
		en: {
			message: "There is no certificate that can be used.",
			hint: "Insert the key, or see whether its certificate is valid."
		}
	}
};
function c(e, t) {
	return s[e][t];
}
function l(e) {
	return e.find((e) => /^(zh|en)\b/i.test(e))?.toLowerCase().startsWith("en") ? "en" : "zh-CN";
}
// src/errors.ts
var u = class extends Error {
	constructor(e, t, n, i = {}) {
		super(t), r(this, "name", "BidsealError"), r(this, "code", void 0), r(this, "hint", void 0), r(this, "data", void 0), this.code = e, this.hint = n, this.data = i;
	}
	get isCancelled() {
		return this.code === "user.cancelled" || this.code === "web.refused" || this.code === "aborted";
	}
};
function d(e, t, n = {}) {
	let { message: r, hint: i } = c(e, t);
	return new u(e, r, i, n);
}
// src/installation.ts
var f = "bidseal-hello-v1", p = "bidseal.installation.v1";
function m(e) {
	return y(e.crypto.getRandomValues(/* @__PURE__ */ new Uint8Array(32)));
}
async function ee(e, t, n) {
	let { subtle: r } = e.crypto, i = async (e) => new Uint8Array(await r.digest("SHA-256", new TextEncoder().encode(e))), a = v(new TextEncoder().encode(f), await i(e.origin), await i(n));
	try {
		let e = await r.importKey("spki", b(t.key), {
			name: "ECDSA",
			namedCurve: "P-256"
		}, !1, ["verify"]), n = _(b(t.signature));
		return await r.verify({
			name: "ECDSA",
			hash: "SHA-256"
		}, e, n, a);
	} catch {
		return !1;
	}
}
function h(e, t) {
	let n = e.storage?.getItem(p);
	return n == null ? "new" : n === t.key ? "known" : "changed";
}
function g(e, t) {
	e.storage?.setItem(p, t.key);
}
function _(e) {
	let t = /* @__PURE__ */ new Uint8Array(64), n = 2;
	for (let r of [32, 64]) {
		let i = e[n + 1] ?? 0, a = e.slice(n + 2, n + 2 + i), o = a.slice(Math.max(0, a.length - 32));
		t.set(o, r - o.length), n += 2 + i;
	}
	return t;
}
function v(...e) {
	let t = new Uint8Array(e.reduce((e, t) => e + t.length, 0)), n = 0;
	for (let r of e) t.set(r, n), n += r.length;
	return t;
}
function y(e) {
	return btoa(String.fromCharCode(...e));
}
function b(e) {
	return Uint8Array.from(atob(e), (e) => e.charCodeAt(0));
}
var x = [
	18651,
	28651,
	31651
], S = 12e4, C = 5e3;
async function te(e, t, n, r) {
	await T(e, n);
	let i = [];
	for (let a of t) {
		let t = await E(e, a, r);
		if ("port" in t) return t.port;
		if (ne.includes(t.code)) throw d(t.code, n, t.data);
		i.push(t);
	}
	let a = w.map((e) => i.find((t) => t.code === e)).find((e) => e !== void 0);
	throw d(a?.code ?? "not_running", n, a?.data);
}
var ne = [
	"permission_denied",
	"csp",
	"blocked_frame",
	"aborted"
], w = [
	"too_old",
	"page_too_old",
	"other_user",
	"not_ours",
	"not_running"
];
async function T(e, t) {
	if (!e.isSecure) throw d("insecure_context", t);
	let n = await e.localAccess();
	if (!n.mayAsk) throw d("blocked_frame", t);
	if (n.state === "denied") throw d("permission_denied", t);
}
async function E(e, t, n) {
	let r = `http://127.0.0.1:${String(t)}/health`, i = A(e, t);
	try {
		let i = (await e.localAccess()).state === "prompt" ? S : C;
		return await D(await e.fetch(r, {
			cache: "no-store",
			credentials: "omit",
			signal: M(i, n)
		}), t);
	} catch (t) {
		return n?.aborted === !0 ? { code: "aborted" } : (await j(), i.seen() ? { code: "csp" } : await O(e, r, t));
	} finally {
		i.end();
	}
}
async function D(e, t) {
	let n;
	try {
		n = await e.json();
	} catch {
		return {
			code: "not_ours",
			data: { port: t }
		};
	}
	return n.product !== "bidseal" || typeof n.protocol != "number" ? {
		code: "not_ours",
		data: { port: t }
	} : e.status === 421 || n.other_user === !0 ? {
		code: "other_user",
		data: { port: t }
	} : n.protocol === 1 ? e.ok ? { port: t } : {
		code: "not_ours",
		data: { port: t }
	} : {
		code: n.protocol < 1 ? "too_old" : "page_too_old",
		data: { protocol: n.protocol }
	};
}
async function O(e, t, n) {
	let { state: r } = await e.localAccess();
	return r === "denied" ? { code: "permission_denied" } : n instanceof DOMException && n.name === "TimeoutError" ? { code: r === "prompt" ? "permission_denied" : "not_ours" } : { code: await k(e, t) ? "not_ours" : "not_running" };
}
async function k(e, t) {
	try {
		return await e.fetch(t, {
			mode: "no-cors",
			cache: "no-store",
			credentials: "omit",
			signal: M(C)
		}), !0;
	} catch (e) {
		return e instanceof DOMException && e.name === "TimeoutError";
	}
}
function A(e, t) {
	let n = !1;
	return {
		seen: () => n,
		end: e.onPolicyViolation((e) => {
			n ||= e.includes(`127.0.0.1:${String(t)}`);
		})
	};
}
function j() {
	return new Promise((e) => setTimeout(e, 20));
}
function M(e, t) {
	let n = AbortSignal.timeout(e);
	return t === void 0 ? n : N(n, t);
}
function N(...e) {
	let t = new AbortController();
	for (let n of e) {
		let e = () => {
			t.abort(n.reason);
		};
		n.aborted ? e() : n.addEventListener("abort", e, { once: !0 });
	}
	return t.signal;
}
// src/socket.ts
var P = class {
	constructor(e, t) {
		r(this, "socket", void 0), r(this, "language", void 0), r(this, "pending", /* @__PURE__ */ new Map()), r(this, "next", 1), r(this, "onNews", void 0), this.socket = e, this.language = t, e.addEventListener("message", (e) => {
			this.hear(JSON.parse(e.data));
		}), e.addEventListener("close", () => {
			this.lose();
		});
	}
	get isOpen() {
		return this.socket.readyState === 1;
	}
	close() {
		this.socket.close(1e3), this.lose();
	}
	call(e, t, n = {}) {
		if (!this.isOpen) return Promise.reject(d("connection_lost", this.language));
		let r = this.next++, i = new Promise((e, t) => {
			this.pending.set(r, {
				resolve: e,
				reject: t,
				onProgress: n.onProgress
			});
		});
		return this.socket.send(JSON.stringify({
			jsonrpc: "2.0",
			id: r,
			method: e,
			params: t
		})), this.bounded(r, i, n);
	}
	async bounded(e, t, n) {
		let r = (t) => () => {
			this.pending.get(e)?.reject(d(t, this.language)), this.pending.delete(e), this.isOpen && this.socket.send(JSON.stringify({
				jsonrpc: "2.0",
				id: this.next++,
				method: "cancel",
				params: { id: e }
			}));
		}, i = r("aborted"), a = n.timeout === void 0 ? void 0 : setTimeout(r("timeout"), n.timeout);
		n.signal?.addEventListener("abort", i, { once: !0 }), n.signal?.aborted === !0 && i();
		try {
			return await t;
		} finally {
			clearTimeout(a), n.signal?.removeEventListener("abort", i);
		}
	}
	hear(e) {
		if (e.method !== void 0) {
			this.news({
				method: e.method,
				params: e.params ?? {}
			});
			return;
		}
		let t = this.pending.get(e.id ?? 0);
		if (this.pending.delete(e.id ?? 0), e.error === void 0) t?.resolve(e.result);
		else {
			let { message: n, data: r } = e.error;
			t?.reject(new u(r.code, n, r.hint, r.data));
		}
	}
	news(e) {
		let { id: t, done: n, total: r } = e.params;
		(e.method === "progress" || e.method === "batch") && typeof t == "number" ? this.pending.get(t)?.onProgress?.({
			step: "work",
			done: Number(n),
			total: Number(r)
		}) : e.method === "consent" && typeof t == "number" && this.pending.get(t)?.onProgress?.({
			step: "consent",
			done: 0,
			total: 1
		}), this.onNews?.(e);
	}
	lose() {
		for (let e of this.pending.values()) e.reject(d("connection_lost", this.language));
		this.pending.clear();
	}
}, F = "bidseal.v1", I = 12e4;
async function L(e, t, n) {
	let r = new P(await R(e, t, n), n), i = m(e), a = await r.call("hello", { nonce: i }, { timeout: I });
	if (!await ee(e, a, i)) throw r.close(), d("not_ours", n, { port: t });
	let o = {
		socket: r,
		hello: a,
		port: t,
		base: `http://127.0.0.1:${String(t)}`,
		installation: h(e, a),
		keep() {
			o.installation === "new" && o.accept();
		},
		accept() {
			g(e, a), o.installation = "known";
		}
	};
	return o;
}
async function R(e, t, n) {
	let r = A(e, t);
	try {
		let r = e.openSocket(`ws://127.0.0.1:${String(t)}/v1`, F);
		return await new Promise((e, i) => {
			r.addEventListener("open", () => {
				e(r);
			}), r.addEventListener("close", () => {
				i(d("refused", n, { port: t }));
			});
		});
	} catch (t) {
		throw await j(), r.seen() ? d("csp", n) : (await e.localAccess()).state === "denied" ? d("permission_denied", n) : t;
	} finally {
		r.end();
	}
}
// src/surroundings.ts
var z = ["loopback-network", "local-network-access"];
function B() {
	return {
		origin: location.origin,
		isSecure: isSecureContext,
		languages: navigator.languages,
		storage: V(),
		crypto,
		fetch: (e, t) => fetch(e, t),
		openSocket: (e, t) => new WebSocket(e, t),
		localAccess: H,
		onPolicyViolation(e) {
			let t = (t) => {
				e(t.blockedURI);
			};
			return document.addEventListener("securitypolicyviolation", t), () => {
				document.removeEventListener("securitypolicyviolation", t);
			};
		},
		followLink(e) {
			let t = document.createElement("iframe");
			t.hidden = !0, t.src = e, document.body.append(t), setTimeout(() => {
				t.remove();
			}, 1e3);
		}
	};
}
function V() {
	try {
		return localStorage;
	} catch {
		return;
	}
}
async function H() {
	let e = U();
	for (let t of z) try {
		return {
			state: (await navigator.permissions.query({ name: t })).state,
			mayAsk: e
		};
	} catch {}
	return {
		state: "unknown",
		mayAsk: e
	};
}
function U() {
	let e = document.featurePolicy;
	if (e === void 0) return !0;
	let t = z.filter((t) => e.features().includes(t));
	return t.length === 0 || t.some((t) => e.allowsFeature(t));
}
// src/transfer.ts
var W = 8 << 20, G = 4;
async function K(e, t, n, r, i, a) {
	let o = 0, s = 0;
	for (; o < r.size;) {
		let c = Math.min(o + W, r.size), l = {
			method: "PUT",
			headers: {
				authorization: `Bearer ${n.ticket}`,
				"content-range": `bytes ${String(o)}-${String(c - 1)}/${String(r.size)}`
			},
			body: r.slice(o, c)
		}, u = await J(e, t + n.path, l, i, a), d = await X(u);
		if (s = d > o ? 0 : s + 1, s === G) throw u instanceof Response ? await Z(u, i) : u;
		o = Math.max(o, d), a.onProgress?.({
			step: "upload",
			done: o,
			total: r.size
		});
	}
}
async function q(e, t, n, r, i) {
	let a = [], o = i.to?.getWriter(), s = 0, c = 0;
	for (; s < n.length;) {
		let l = Math.min(s + W, n.length), u = {
			authorization: `Bearer ${n.ticket}`,
			range: `bytes=${String(s)}-${String(l - 1)}`
		}, d = await J(e, t + n.path, { headers: u }, r, i), f = d instanceof Response && d.status === 206 ? await Y(d) : void 0;
		if (f?.size !== l - s) {
			if (c += 1, c === G) throw d instanceof Response ? await Z(d, r) : d;
		} else c = 0, await (o === void 0 ? a.push(f) : o.write(new Uint8Array(await f.arrayBuffer()))), s = l, i.onProgress?.({
			step: "download",
			done: s,
			total: n.length
		});
	}
	return await o?.close(), new Blob(a);
}
async function J(e, t, n, r, i) {
	try {
		let r = i.signal ?? null;
		return await e.fetch(t, {
			...n,
			signal: r,
			cache: "no-store",
			credentials: "omit"
		});
	} catch {
		if (i.signal?.aborted === !0) throw d("aborted", r);
		return d("transfer_failed", r);
	}
}
async function Y(e) {
	try {
		return await e.blob();
	} catch {
		return;
	}
}
async function X(e) {
	if (!(e instanceof Response)) return 0;
	let t = await e.clone().json().catch(() => ({}));
	return t.received ?? t.error?.data?.data?.received ?? 0;
}
async function Z(e, t) {
	let n = await e.json().catch(() => void 0);
	return n?.error === void 0 ? d("transfer_failed", t, { status: e.status }) : new u(n.error.data.code, n.error.message, n.error.data.hint, n.error.data.data);
}
// src/bidseal.ts
var Q = 3e5, $ = 2e4, re = 100, ie = class {
	constructor(e = {}) {
		r(this, "language", void 0), r(this, "bid", new a(this)), r(this, "batch", new i(this)), r(this, "around", void 0), r(this, "ports", void 0), r(this, "connected", void 0), r(this, "onNews", void 0), this.around = e.surroundings ?? B(), this.language = e.language ?? l(this.around.languages), this.ports = e.ports ?? x;
	}
	async status(e = {}) {
		let { hello: t, installation: n, port: r } = await this.open(e);
		return {
			version: t.version,
			protocol: t.protocol,
			port: r,
			allowed: t.allowed,
			installation: n
		};
	}
	async connect(e = {}) {
		let t = await this.open(e);
		if (t.installation === "changed") throw d("installation_changed", this.language);
		t.hello.allowed || (await t.socket.call("connect", {}, {
			timeout: Q,
			...e
		}), t.hello.allowed = !0), t.keep();
	}
	async acceptInstallation(e = {}) {
		(await this.open(e)).accept();
	}
	async wake(e = 1e4) {
		this.around.followLink("bidseal:wake");
		let t = Date.now();
		for (;;) try {
			return await this.status();
		} catch (n) {
			if (!(n instanceof Error) || !("code" in n) || n.code !== "not_running") throw n;
			if (Date.now() - t > e) throw d("not_installed", this.language);
			await new Promise((e) => setTimeout(e, 500));
		}
	}
	async certificates(e = {}) {
		let t = [], n = 0;
		for (let r = 0; n !== void 0 && r < re; r += 1) {
			let r = await this.call("certificates", { from: n }, e);
			t.push(...r.certificates), n = r.next;
		}
		return t;
	}
	async getSigningCertificate(e = {}) {
		let t = Date.now(), n = (await this.certificates(e)).find((n) => e.certificate === void 0 ? n.can_sign && Date.parse(n.valid_from) <= t && t <= Date.parse(n.valid_to) : n.sha256 === e.certificate);
		if (n === void 0) throw d("no_certificate", this.language);
		return n;
	}
	async authenticate(e, t = {}) {
		return this.call("login", {
			certificate: await this.signerOf(t),
			nonce: e
		}, t);
	}
	async sign(e, t = {}) {
		let n = await this.signerOf(t), r = await this.documentId(e, t);
		return this.call("sign", {
			document: r,
			certificate: n,
			detached: t.detached ?? !1
		}, t);
	}
	async seal(e, t) {
		let n = await this.signerOf(t), r = [];
		for (let n of e) r.push(await this.documentId(n, t));
		let { seal: i, place: a = {}, reason: o } = t, s = o === void 0 ? {} : { reason: o };
		return this.call("seal", {
			documents: r,
			certificate: n,
			seal: i,
			place: a,
			...s
		}, t);
	}
	async verify(e, t = {}) {
		let n = await this.documentId(e, t), r = t.signature === void 0 ? {} : { signature: await this.documentId(t.signature, t) };
		return await this.call("verify", {
			document: n,
			...r
		}, t);
	}
	async upload(e, t, n = {}) {
		let r = await this.call("document.open", {
			name: e,
			length: t.size
		}, n, $), { base: i } = await this.open(n);
		return await K(this.around, i, {
			...r,
			length: t.size
		}, t, this.language, n), r;
	}
	async download(e, t = {}) {
		let { base: n } = await this.open(t);
		return q(this.around, n, e, this.language, t);
	}
	async close(e) {
		await this.call("document.close", { id: e.id }, {}, $);
	}
	async disconnect() {
		(await this.connected?.catch(() => void 0))?.socket.close(), this.connected = void 0;
	}
	async call(e, t, n = {}, r = Q) {
		await this.connect(n);
		let { socket: i } = await this.open(n);
		return i.call(e, t, {
			timeout: r,
			...n
		});
	}
	async documentId(e, t) {
		return "id" in e ? e.id : (await this.upload(e.name, e.content, t)).id;
	}
	async signerOf(e) {
		return e.certificate ?? (await this.getSigningCertificate(e)).sha256;
	}
	async open(e) {
		let t = await this.connected?.catch(() => void 0);
		if (t?.socket.isOpen !== !0) {
			let t = this.reach(e);
			return this.connected = t, t;
		}
		return t;
	}
	async reach(e) {
		let t = await te(this.around, this.ports, this.language, e.signal), n = await L(this.around, t, this.language);
		return n.socket.onNews = (e) => this.onNews?.(e), n;
	}
};
export { ie as Bidseal, u as BidsealError };

//# sourceMappingURL=bidseal.js.map