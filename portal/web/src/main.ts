// The one page: which view an address means, and the frame around it.

import { byId, element } from "./dom";
import { account, bidseal, setSession, tell } from "./page";
import { post, ServerError, session } from "./server";
import { tenderView } from "./views/tender";
import { tenders } from "./views/tenders";
import { welcome } from "./views/welcome";
import { language, reason, say, speak } from "./words";

async function show(): Promise<void> {
  try {
    setSession(await session());
    frame();
    byId("view").replaceChildren(...(await view()));
  } catch (error) {
    const code = error instanceof ServerError ? error.code : "internal";
    const [message, hint] = reason(code);
    tell(message, "bad", hint);
    byId("view").replaceChildren(element("a", { href: "#/" }, say("back")));
  }
}

async function view(): Promise<HTMLElement[]> {
  if (account() === null) {
    return welcome(show);
  }
  const id = /^#\/tender\/([0-9a-f]{32})$/.exec(location.hash)?.[1];
  return id === undefined ? tenders(show) : tenderView(id, show);
}

function frame(): void {
  document.documentElement.lang = language();
  document.title = say("name");
  byId("name").textContent = say("name");
  byId("company").textContent = account()?.company ?? "";
  byId("language").textContent = say("language");
  byId("logout").textContent = say("logout");
  byId("logout").hidden = account() === null;
}

byId("language").addEventListener("click", () => {
  speak(language() === "en" ? "zh-CN" : "en");
  tell("");
  void show();
});
byId("logout").addEventListener("click", () => {
  void post("/logout")
    .then(() => bidseal().disconnect())
    .then(show);
});
addEventListener("hashchange", () => {
  tell("");
  void show();
});
void show();
