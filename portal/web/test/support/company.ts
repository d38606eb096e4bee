// Companies whose keys OpenSSL made and uses: nothing of the program takes part.

import { execFileSync } from "node:child_process";
import { createHash, createPrivateKey, sign, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";

import type { Desk } from "../../../../sdk/test/support/desk";
import type { Answer, Client } from "./client";

/** A company with a key of its own, certified by the authority that the portal trusts. */
export class Company {
  private readonly key;
  private readonly certificate;

  constructor(
    private readonly desk: Desk,
    readonly name: string,
    issue: (desk: Desk, csr: string, pem: string) => void = byTheDesk,
  ) {
    const file = (end: string): string => this.file(end);
    const words = [
      "req",
      "-new",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:P-256",
      "-nodes",
      "-subj",
      `/CN=${name}`,
    ];
    execFileSync("openssl", [...words, "-keyout", file("key"), "-out", file("csr")], { stdio: "pipe" });
    issue(desk, file("csr"), file("pem"));
    this.key = createPrivateKey(readFileSync(file("key")));
    this.certificate = new X509Certificate(readFileSync(file("pem")));
  }

  private file(end: string): string {
    return this.desk.file(`${this.name}.${end}`);
  }

  /** A token as the agent makes it. */
  token(origin: string, nonce: string): object {
    const hash = (text: string): Buffer => createHash("sha256").update(text).digest();
    const message = Buffer.concat([hash(origin), hash(nonce)]);
    const signature = sign("sha256", message, { key: this.key, dsaEncoding: "ieee-p1363" }).toString("base64");
    const unverifiedCertificate = this.certificate.raw.toString("base64");
    return { unverifiedCertificate, algorithm: "ES256", signature, format: "web-eid:1.0" };
  }

  /** Registers, or logs in. */
  async enter(client: Client, how: "register" | "login" = "register"): Promise<Answer> {
    const nonce = String((await client.send("POST", "/nonce")).body["nonce"]);
    const token = this.token(client.origin ?? "", nonce);
    const who = how === "login" ? {} : { company: this.name, credit_code: "" };
    const answer = await client.send("POST", `/${how}`, { ...who, token });
    client.csrf = String((await client.send("GET", "/session")).body["csrf"]);
    return answer;
  }

  /** CMS over these bytes, by OpenSSL; base64. */
  signs(content: string | Buffer, detached: boolean): string {
    const file = this.desk.write(`${this.name}.content`, content);
    const words = ["cms", "-sign", "-binary", "-cades", "-md", "sha256", "-outform", "DER", "-in", file];
    const keys = ["-signer", this.file("pem"), "-inkey", this.file("key")];
    const signed = execFileSync("openssl", [...words, ...keys, ...(detached ? [] : ["-nodetach"])], { stdio: "pipe" });
    return signed.toString("base64");
  }
}

function byTheDesk(desk: Desk, csr: string, pem: string): void {
  desk.program("bidseal-ca", ["issue", "authority", "--use", "sign", "--request", csr, "-o", pem]);
}
