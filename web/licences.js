// licences.ts
import { app as app3 } from "../../scripts/app.js";

// shared/language.ts
import { app } from "../../scripts/app.js";
var LANGUAGES = ["en", "zh", "ja", "de"];
var LANGUAGE_SETTING = "LipSyncStudio.Language";
var AUTOMATIC = "auto";
function language() {
  const { setting } = app.extensionManager;
  const chosen = setting.get(LANGUAGE_SETTING) ?? AUTOMATIC;
  const locale = String(chosen === AUTOMATIC ? setting.get("Comfy.Locale") ?? "en" : chosen);
  return LANGUAGES.find((known) => known === locale.split("-")[0]) ?? "en";
}
var inLanguage = (tables) => tables[language()];

// licences/texts.ts
var en = {
  title: "Licences",
  note: "Some engines' weights may not be used for everything. Such an engine makes nothing until you agree to its terms here, once and for all your workflows.",
  none: "No engine here asks for consent.",
  terms: "Terms: ",
  agreed: (name, when) => `${name} agreed on ${when}.`,
  notAgreed: "You have not agreed: the engine makes nothing.",
  keptIn: (path) => `Kept on this server in ${path}, in no workflow.`,
  use: {
    wav2lip: "Wav2Lip's weights, and what they make, are for personal, research and non-commercial use only."
  },
  agree: "I agree",
  withdraw: "Withdraw consent",
  close: "Close"
};
var de = {
  title: "Lizenzen",
  note: "Die Gewichte mancher Verfahren dürfen nicht für alles verwendet werden. Ein solches Verfahren erzeugt nichts, bis Sie hier seinen Bedingungen zustimmen, einmal und für alle Ihre Workflows.",
  none: "Kein Verfahren hier verlangt eine Einwilligung.",
  terms: "Bedingungen: ",
  agreed: (name, when) => `${name} hat am ${when} zugestimmt.`,
  notAgreed: "Sie haben nicht zugestimmt: das Verfahren erzeugt nichts.",
  keptIn: (path) => `Liegt auf diesem Server in ${path}, in keinem Workflow.`,
  use: {
    wav2lip: "Die Gewichte von Wav2Lip und was sie erzeugen sind nur für private, Forschungs- und nichtkommerzielle Zwecke."
  },
  agree: "Ich stimme zu",
  withdraw: "Einwilligung widerrufen",
  close: "Schließen"
};
var zh = {
  title: "许可",
  note: "某些引擎的权重不能用于所有用途。在您于此处同意其条款之前，这类引擎不会生成任何内容；只需同意一次，适用于您的所有工作流。",
  none: "此处没有引擎需要同意。",
  terms: "条款：",
  agreed: (name, when) => `${name} 已于 ${when} 同意。`,
  notAgreed: "您尚未同意：该引擎不会生成任何内容。",
  keptIn: (path) => `保存在此服务器的 ${path}，不在任何工作流中。`,
  use: { wav2lip: "Wav2Lip 的权重及其生成的内容仅限个人、研究和非商业用途。" },
  agree: "我同意",
  withdraw: "撤回同意",
  close: "关闭"
};
var ja = {
  title: "ライセンス",
  note: "一部のエンジンの重みは、すべての用途には使えません。そのようなエンジンは、ここで条件に同意するまで何も生成しません。同意は一度だけで、すべてのワークフローに適用されます。",
  none: "同意を求めるエンジンはありません。",
  terms: "条件：",
  agreed: (name, when) => `${name} が ${when} に同意しました。`,
  notAgreed: "まだ同意していません。このエンジンは何も生成しません。",
  keptIn: (path) => `このサーバーの ${path} に保存され、ワークフローには含まれません。`,
  use: { wav2lip: "Wav2Lip の重みとその生成物は、個人・研究・非商用の用途に限られます。" },
  agree: "同意する",
  withdraw: "同意を撤回",
  close: "閉じる"
};
var TABLES = { en, zh, ja, de };
var licenceTexts = () => inLanguage(TABLES);

// shared/dom.ts
function element(tag, properties = {}, children = []) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

// shared/modal.ts
import { app as app2 } from "../../scripts/app.js";
var KINDS = ["keydown", "keypress", "keyup", "copy", "cut", "paste", "dragenter", "dragover", "drop"];
var dialogs = /* @__PURE__ */ new Set();
var isOpen = (dialog) => dialog.open && dialog.isConnected;
function showModal(dialog, heard = () => {
}) {
  const down = /* @__PURE__ */ new Set();
  const take = (event) => {
    if (!isOpen(dialog)) return;
    const other = event.target instanceof Element && event.target.closest("dialog");
    if (other && !dialog.contains(other)) return;
    if (event instanceof DragEvent) return refuse(event);
    if (event.type === "keydown") {
      down.add(event.code);
      holdUndo();
    } else if (event.type === "keyup" && !down.delete(event.code)) return;
    event.stopImmediatePropagation();
    if (event.type === "keydown" || event instanceof ClipboardEvent) heard(event);
  };
  for (const kind of KINDS) window.addEventListener(kind, take, true);
  dialogs.add(dialog);
  dialog.addEventListener("close", () => {
    dialogs.delete(dialog);
    for (const kind of KINDS) window.removeEventListener(kind, take, true);
  });
  dialog.showModal();
}
function refuse(event) {
  if (!event.dataTransfer?.types.includes("Files")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  event.dataTransfer.dropEffect = "none";
}
var held = /* @__PURE__ */ new WeakSet();
function holdUndo() {
  const tracker = app2.extensionManager.workflow?.activeWorkflow?.changeTracker;
  const methods = tracker && Object.getPrototypeOf(tracker);
  if (!methods || held.has(methods)) return;
  held.add(methods);
  for (const name of ["undo", "redo"]) {
    const own = methods[name];
    if (typeof own !== "function") continue;
    methods[name] = async function(...given) {
      return [...dialogs].some(isOpen) ? void 0 : own.apply(this, given);
    };
  }
}

// shared/dialog.ts
var button = (text, type = "button") => {
  const made = element("button", { type, textContent: text });
  made.style.padding = "0.4em 1em";
  return made;
};
function row(...buttons) {
  const made = element("div", {}, buttons);
  made.style.cssText = "display: flex; gap: 0.5em; justify-content: flex-end;";
  return made;
}
function openSmall(id, close, parts) {
  const end = button(close);
  const bottom = row(end);
  bottom.style.marginTop = "1.5em";
  const dialog = element("dialog", { id }, [...parts, bottom]);
  dialog.style.cssText = "width: 32em; max-width: 90vw; max-height: 90vh; overflow: auto; margin: auto; padding: 1.5em; border-radius: 8px;line-height: 1.5; overflow-wrap: anywhere; border: 1px solid var(--border-color);background: var(--comfy-menu-bg); color: var(--input-text);";
  end.onclick = () => dialog.close();
  dialog.onclose = () => dialog.remove();
  document.body.append(dialog);
  showModal(dialog);
}

// shared/server.ts
import { api } from "../../scripts/api.js";
var PREFIX = "/lipsync_studio";
var ANSWERED = {
  en: (status) => `The server answered ${status}.`,
  zh: (status) => `服务器返回 ${status}。`,
  ja: (status) => `サーバーの応答：${status}。`,
  de: (status) => `Der Server antwortete mit ${status}.`
};
function request(path, body) {
  if (body === void 0) return api.fetchApi(PREFIX + path, { cache: "no-store" });
  return api.fetchApi(PREFIX + path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body)
  });
}
async function answer(response) {
  const content = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(content.error || answered(response));
  return content;
}
var answered = ({ status }) => inLanguage(ANSWERED)(status);
var ask = async (path, body) => answer(await request(path, body));

// licences.ts
var COMMAND = "LipSyncStudio.Licences";
function section(licence, texts) {
  const status = element("p", { role: "status" });
  const change = button(texts.agree);
  let given = false;
  const show = ({ by, at }) => {
    given = Boolean(by);
    status.textContent = given ? texts.agreed(by, new Date(at).toLocaleString(language())) : texts.notAgreed;
    change.textContent = given ? texts.withdraw : texts.agree;
  };
  change.onclick = async () => {
    try {
      const all = await ask("/licences", { engine: licence.engine, consent: !given });
      show(all.find(({ engine }) => engine === licence.engine) ?? licence);
    } catch (error) {
      status.textContent = error.message;
    }
  };
  show(licence);
  const terms = element("a", { target: "_blank", rel: "noopener", href: licence.address, textContent: licence.name });
  return element("section", { ariaLabel: licence.title }, [
    element("h3", { textContent: licence.title }),
    element("p", { textContent: texts.use[licence.engine] ?? licence.what }),
    element("p", {}, [texts.terms, terms]),
    element("p", { textContent: texts.keptIn(licence.path) }),
    status,
    row(change)
  ]);
}
async function fill(place, texts) {
  try {
    const all = await ask("/licences");
    place.replaceChildren(...all.length ? all.map((each) => section(each, texts)) : [texts.none]);
  } catch (error) {
    place.textContent = error.message;
  }
}
function openDialog() {
  const texts = licenceTexts();
  const terms = element("div", { textContent: "…" });
  openSmall("lipsync-licences", texts.close, [
    element("h2", { textContent: texts.title }),
    element("p", { textContent: texts.note }),
    terms
  ]);
  void fill(terms, texts);
}
app3.registerExtension({
  name: "LipSyncStudio.Licences",
  commands: [{ id: COMMAND, label: "LipSync Studio: Licences…", icon: "pi pi-file-check", function: openDialog }],
  menuCommands: [{ path: ["Extensions", "LipSync Studio"], commands: [COMMAND] }]
});
