// An authority of OpenSSL whose certificates say where their status can be asked, and what answers there.

import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import http from "node:http";

import type { Desk } from "../../../../sdk/test/support/desk";
import { listen, type Site } from "../../../../sdk/test/support/site";

/** What the authority's servers do. */
export type Manner = "answer" | "fail" | "lie";

/** An authority and its responder and list. */
export class OpensslAuthority {
  responder: Manner = "answer";
  list: Manner = "answer";
  /** How often it was asked. */
  asked = 0;
  private readonly folder: string;
  private site: Site | undefined;

  private constructor(private readonly desk: Desk) {
    this.folder = desk.file("openssl");
  }

  /** Makes the authority, which portals of this desk trust, and starts to answer. */
  static async open(desk: Desk): Promise<OpensslAuthority> {
    const authority = new OpensslAuthority(desk);
    mkdirSync(`${authority.folder}/new`, { recursive: true });
    mkdirSync(desk.file("roots"), { recursive: true });
    const site = await listen(
      http.createServer((request, response) => {
        authority.answer(request, response);
      }),
      0,
    );
    authority.site = site;
    authority.write("index.txt", "");
    authority.write("ca.cnf", configuration(site.port));
    for (const name of ["ca", "stranger"]) {
      const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", `${name}.key`];
      const words = ["-x509", "-days", "30", "-subj", "/CN=OpenSSL authority", "-extensions", "root"];
      authority.openssl("req", ...key, ...words, "-config", "ca.cnf", "-out", `${name}.pem`);
    }
    writeFileSync(desk.file("roots/openssl.pem"), readFileSync(`${authority.folder}/ca.pem`));
    return authority;
  }

  /** Issues a certificate for a request. */
  readonly issue = (_desk: Desk, csr: string, pem: string): void => {
    this.openssl("ca", "-batch", "-config", "ca.cnf", "-notext", "-in", csr, "-out", pem);
  };

  /** Takes a certificate back. */
  revoke(pem: string): void {
    this.openssl("ca", "-config", "ca.cnf", "-revoke", this.desk.file(pem), "-crl_reason", "keyCompromise");
  }

  async close(): Promise<void> {
    await this.site?.close();
  }

  private answer(request: http.IncomingMessage, response: http.ServerResponse): void {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      this.asked += 1;
      const isList = request.url === "/list.crl";
      const manner = isList ? this.list : this.responder;
      if (manner === "fail") {
        response.writeHead(503).end();
        return;
      }
      const key = manner === "lie" ? "stranger" : "ca";
      response.writeHead(200).end(isList ? this.crl(key) : this.ocsp(key, Buffer.concat(parts)));
    });
  }

  private crl(key: string): Buffer {
    const signer = ["-cert", `${key}.pem`, "-keyfile", `${key}.key`];
    this.openssl("ca", "-config", "ca.cnf", "-gencrl", "-crldays", "1", ...signer, "-out", "list.pem");
    this.openssl("crl", "-in", "list.pem", "-outform", "DER", "-out", "list.crl");
    return readFileSync(`${this.folder}/list.crl`);
  }

  private ocsp(key: string, question: Buffer): Buffer {
    writeFileSync(`${this.folder}/question`, question);
    const signer = ["-CA", "ca.pem", "-rsigner", `${key}.pem`, "-rkey", `${key}.key`];
    const files = ["-index", "index.txt", "-reqin", "question", "-respout", "answer"];
    this.openssl("ocsp", ...files, ...signer, "-ndays", "1");
    return readFileSync(`${this.folder}/answer`);
  }

  private write(name: string, content: string): void {
    writeFileSync(`${this.folder}/${name}`, content);
  }

  private openssl(...words: string[]): void {
    execFileSync("openssl", words, { cwd: this.folder, stdio: "pipe" });
  }
}

const configuration = (port: number): string => `
[ca]
default_ca = own
[own]
database = index.txt
new_certs_dir = new
certificate = ca.pem
serial = serial
rand_serial = yes
private_key = ca.key
default_md = sha256
default_days = 30
policy = any
x509_extensions = leaf
unique_subject = no
[any]
commonName = supplied
[req]
distinguished_name = name
[name]
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[leaf]
keyUsage = critical,digitalSignature,nonRepudiation
authorityKeyIdentifier = keyid
authorityInfoAccess = OCSP;URI:http://127.0.0.1:${String(port)}/ocsp
crlDistributionPoints = URI:http://127.0.0.1:${String(port)}/list.crl
`;
