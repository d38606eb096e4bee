// What a portal's server checks when a page hands it a login token (`web-eid:1.0`, RSA and ECDSA). No package is needed.
// Node has no SM2 with a signer id: a server that takes SM2 certificates uses an SM2 library where this says so.
//
// From a shell:  login-token.mjs ORIGIN NONCE roots.pem [RFC3339] < token.json

import { Buffer } from "node:buffer";
import console from "node:console";
import { constants, createHash, verify, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import process from "node:process";

const CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";

/** Nobody is logged in; the text says why, for the server's log only. */
export class Refused extends Error {}

/** Challenges of sessions. Each is taken once; a real server keeps them in its session store, five minutes long. */
export class Nonces {
    #open = new Map();

    issue(session, nonce) {
        this.#open.set(session, nonce);
    }

    take(session) {
        const nonce = this.#open.get(session);
        this.#open.delete(session);
        if (nonce === undefined) {
            throw new Refused("there is no open challenge: used, or never issued");
        }
        return nonce;
    }
}

/** The certificate of whoever holds its key and saw this origin and this nonce; revocation is the caller's to ask. */
export function check(text, origin, nonce, roots, now = new Date()) {
    if (text.length < 100 || text.length > 10000) {
        throw new Refused("length");
    }
    const token = JSON.parse(text);
    if (!String(token.format).startsWith("web-eid:1")) {
        throw new Refused("format");
    }
    const certificate = new X509Certificate(Buffer.from(token.unverifiedCertificate, "base64"));
    if (!isValid(certificate, now)) {
        throw new Refused("the certificate is not valid now");
    }
    if (!certificate.keyUsage?.includes(CLIENT_AUTH)) {
        throw new Refused("the certificate is not for logging in");
    }
    chained(certificate, roots, now);
    if (!isSigned(certificate, token, origin, nonce)) {
        throw new Refused("signature");
    }
    return certificate;
}

/** Up to a certificate that signed itself; `roots` are all authorities that the portal accepts. */
function chained(certificate, roots, now, depth = 4) {
    const issuer = roots.find(
        (one) => one.ca && isValid(one, now) && certificate.checkIssued(one) && certificate.verify(one.publicKey),
    );
    if (issuer === undefined || depth === 0) {
        throw new Refused("no authority that is accepted issued the certificate");
    }
    if (issuer.subject !== issuer.issuer) {
        chained(issuer, roots, now, depth - 1);
    }
}

/** Origin and nonce are not in the token: the server puts its own into what was signed. */
function isSigned(certificate, { algorithm, signature }, origin, nonce) {
    const [, kind, bits] = /^(ES|RS|PS)(256|384|512)$/.exec(algorithm) ?? [];
    const key = certificate.publicKey;
    if (kind === undefined || (kind === "ES") !== (key.asymmetricKeyType === "ec")) {
        throw new Refused("algorithm and key do not fit");
    }
    const hash = `sha${bits}`;
    const digest = (part) => createHash(hash).update(part).digest();
    const padding = { RS: constants.RSA_PKCS1_PADDING, PS: constants.RSA_PKCS1_PSS_PADDING }[kind];
    const form = kind === "ES" ? { key, dsaEncoding: "ieee-p1363" } : { key, padding };
    return verify(hash, Buffer.concat([digest(origin), digest(nonce)]), form, Buffer.from(signature, "base64"));
}

function isValid(certificate, now) {
    return new Date(certificate.validFrom) <= now && now <= new Date(certificate.validTo);
}

/** The certificates of a PEM file. */
export function certificates(pem) {
    return pem
        .match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g)
        .map((one) => new X509Certificate(one));
}

if (process.argv[1] === import.meta.filename) {
    const [origin, nonce, roots, at] = process.argv.slice(2);
    try {
        const now = at === undefined ? new Date() : new Date(at);
        const accepted = check(readFileSync(0, "utf8"), origin, nonce, certificates(readFileSync(roots, "utf8")), now);
        console.log(accepted.subject);
    } catch (fault) {
        console.error(`refused: ${fault.message}`);
        process.exit(1);
    }
}
