// Log in, or register a company by proving its certificate.

import { element, input, value } from "../dom";
import { act, bidseal, tell } from "../page";
import { post } from "../server";
import { say } from "../words";

export function welcome(entered: () => Promise<void>): HTMLElement[] {
  const register = element(
    "form",
    { id: "register" },
    element("h2", {}, say("register")),
    element("p", { class: "soft" }, say("register.text")),
    input(say("company"), { name: "company", required: true, maxlength: "100" }),
    input(say("credit_code"), { name: "credit_code", maxlength: "18" }),
    element("button", {}, say("register")),
  );
  const submit = act(async () => {
    const [company, credit_code] = [value(register, "company"), value(register, "credit_code")];
    await post("/register", { company, credit_code, token: await token() });
    await entered();
  });
  register.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  const login = act(async () => {
    await post("/login", { token: await token() });
    await entered();
  });
  return [
    element(
      "section",
      {},
      element("h1", {}, say("welcome")),
      element("p", {}, say("welcome.text")),
      element("button", { id: "login", type: "button", click: login }, say("login")),
    ),
    element("section", {}, register),
  ];
}

/** A login token for a fresh nonce of the server. */
async function token(): Promise<unknown> {
  tell(say("connecting"));
  await bidseal().connect();
  tell(say("asking"));
  const certificate = (await bidseal().getSigningCertificate()).sha256;
  const { nonce } = await post<{ nonce: string }>("/nonce");
  const { unverifiedCertificate, algorithm, signature, format } = await bidseal().authenticate(nonce, { certificate });
  tell("");
  return { unverifiedCertificate, algorithm, signature, format };
}
