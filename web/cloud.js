// cloud.ts
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

// cloud/texts.ts
var en = {
  services: "Cloud services",
  keyTitle: (title) => `${title} key`,
  keyNote: (title) => `From your account at ${title}. It is kept on this server, readable by its user alone, and is never shown again.`,
  keySet: "A key is set.",
  keyNotSet: "No key is set.",
  keyElsewhere: "It comes from the environment or the keyring.",
  setKey: "Set key",
  clearKey: "Clear key",
  consentTitle: "Consent",
  consentNote: (title) => `Pictures, footage, voices and texts are sent to ${title}, a paid service, only once you agree here. Then nodes whose consent is switched on may do so, and each clip costs money. Use only faces and voices of people who agree.`,
  consentTerms: (title) => `Terms of ${title}: `,
  agreed: (name, when) => `${name} agreed on ${when}.`,
  notAgreed: "You have not agreed: no new clip is ordered.",
  keptIn: (path) => `Kept on this server in ${path}, in no workflow.`,
  agree: "I agree",
  withdraw: "Withdraw consent",
  close: "Close",
  change: "Set or clear…"
};
var de = {
  services: "Cloud-Dienste",
  keyTitle: (title) => `${title}-Schlüssel`,
  keyNote: (title) => `Aus Ihrem Konto bei ${title}. Er liegt auf diesem Server, nur für dessen Benutzer lesbar, und wird nie wieder angezeigt.`,
  keySet: "Ein Schlüssel ist hinterlegt.",
  keyNotSet: "Kein Schlüssel ist hinterlegt.",
  keyElsewhere: "Er stammt aus der Umgebung oder dem Schlüsselbund.",
  setKey: "Hinterlegen",
  clearKey: "Löschen",
  consentTitle: "Einwilligung",
  consentNote: (title) => `Bilder, Videos, Stimmen und Texte gehen erst dann an ${title}, einen bezahlten Dienst, wenn Sie hier zustimmen. Dann dürfen es Knoten, deren „consent“ eingeschaltet ist, und jeder Clip kostet Geld. Nur Gesichter und Stimmen von Personen verwenden, die einverstanden sind.`,
  consentTerms: (title) => `Bedingungen von ${title}: `,
  agreed: (name, when) => `${name} hat am ${when} zugestimmt.`,
  notAgreed: "Sie haben nicht zugestimmt: kein neuer Clip wird bestellt.",
  keptIn: (path) => `Liegt auf diesem Server in ${path}, in keinem Workflow.`,
  agree: "Ich stimme zu",
  withdraw: "Einwilligung widerrufen",
  close: "Schließen",
  change: "Hinterlegen oder löschen…"
};
var zh = {
  services: "云服务",
  keyTitle: (title) => `${title} 密钥`,
  keyNote: (title) => `来自您在 ${title} 的账户。密钥保存在此服务器上，仅其用户可读，不会再次显示。`,
  keySet: "已设置密钥。",
  keyNotSet: "未设置密钥。",
  keyElsewhere: "它来自环境变量或密钥环。",
  setKey: "设置密钥",
  clearKey: "清除密钥",
  consentTitle: "同意",
  consentNote: (title) => `只有您在此同意后，图片、视频、声音和文本才会发送到付费服务 ${title}。此后，打开了 consent 的节点可以发送，每个片段都要付费。请仅使用已同意者的面孔和声音。`,
  consentTerms: (title) => `${title} 条款：`,
  agreed: (name, when) => `${name} 已于 ${when} 同意。`,
  notAgreed: "您尚未同意：不会订购新的视频。",
  keptIn: (path) => `保存在此服务器的 ${path}，不在任何工作流中。`,
  agree: "我同意",
  withdraw: "撤回同意",
  close: "关闭",
  change: "设置或清除…"
};
var ja = {
  services: "クラウドサービス",
  keyTitle: (title) => `${title} キー`,
  keyNote: (title) => `${title} のアカウントから取得します。このサーバーに保存され、そのユーザーだけが読め、再び表示されることはありません。`,
  keySet: "キーが設定されています。",
  keyNotSet: "キーは設定されていません。",
  keyElsewhere: "環境変数またはキーリングのものです。",
  setKey: "キーを設定",
  clearKey: "キーを消去",
  consentTitle: "同意",
  consentNote: (title) => `画像・映像・音声・テキストは、ここで同意した後にのみ有料サービス ${title} に送信されます。以後は consent をオンにしたノードが送信でき、クリップごとに料金がかかります。同意した人の顔と声だけを使ってください。`,
  consentTerms: (title) => `${title} の規約：`,
  agreed: (name, when) => `${name} が ${when} に同意しました。`,
  notAgreed: "まだ同意していません。新しいクリップは注文されません。",
  keptIn: (path) => `このサーバーの ${path} に保存され、ワークフローには含まれません。`,
  agree: "同意する",
  withdraw: "同意を撤回",
  close: "閉じる",
  change: "設定または消去…"
};
var TABLES = { en, zh, ja, de };
var cloudTexts = () => inLanguage(TABLES);

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

// shared/services.ts
async function services() {
  const response = await request("/cloud");
  return response.status === 404 ? [] : answer(response);
}

// cloud.ts
var COMMAND = "LipSyncStudio.Cloud";
var DID_COMMAND = "LipSyncStudio.DIDKey";
var DIALOG = "lipsync-cloud-services";
async function tell(status, work, words) {
  try {
    status.textContent = words(await work);
  } catch (error) {
    status.textContent = error.message;
  }
}
function keyForm({ name, title }, texts) {
  const label = texts.keyTitle(title);
  const status = element("p", { textContent: "…", role: "status" });
  const field = element("input", {
    type: "password",
    autocomplete: "off",
    spellcheck: false,
    placeholder: name === "did" ? "user:password" : "",
    ariaLabel: label,
    className: "comfy-input"
  });
  field.style.cssText = "width: 100%; box-sizing: border-box; padding: 0.5em; margin: 0.5em 0 1em;";
  const clear = button(texts.clearKey);
  const form = element("form", {}, [
    element("h3", { textContent: label }),
    element("p", { textContent: texts.keyNote(title) }),
    status,
    field,
    row(button(texts.setKey, "submit"), clear)
  ]);
  const show = (body) => tell(status, ask(`/cloud/${name}/key`, body), ({ configured }) => {
    if (!configured) return texts.keyNotSet;
    return body?.key === "" ? `${texts.keySet} ${texts.keyElsewhere}` : texts.keySet;
  });
  form.onsubmit = (event) => {
    event.preventDefault();
    const key = field.value;
    field.value = "";
    if (key.trim()) void show({ key });
  };
  clear.onclick = () => void show({ key: "" });
  void show();
  return form;
}
function consentForm(service, texts) {
  const status = element("p", { textContent: "…", role: "status" });
  const terms = element("a", { target: "_blank", rel: "noopener" });
  const kept = element("p", {});
  const change = button(texts.agree);
  change.hidden = true;
  let given = false;
  const show = (body) => tell(status, ask(`/cloud/${service.name}/consent`, body), ({ name, address, path, by, at }) => {
    given = Boolean(by);
    terms.textContent = name;
    terms.href = address;
    kept.textContent = texts.keptIn(path);
    change.textContent = given ? texts.withdraw : texts.agree;
    change.hidden = false;
    return given ? texts.agreed(by, new Date(at).toLocaleString(language())) : texts.notAgreed;
  });
  change.onclick = () => void show({ consent: !given });
  void show();
  return element("section", { ariaLabel: texts.consentTitle }, [
    element("h3", { textContent: texts.consentTitle }),
    element("p", { textContent: texts.consentNote(service.title) }),
    element("p", {}, [texts.consentTerms(service.title), terms]),
    kept,
    status,
    row(change)
  ]);
}
function tabs(all, shown, texts) {
  const panel = element("div", { role: "tabpanel" });
  const list = element("div", { role: "tablist", ariaLabel: texts.services });
  list.style.cssText = "display: flex; flex-wrap: wrap; gap: 0.5em; margin-bottom: 1em;";
  const show = (service) => {
    for (const each of list.children) {
      each.setAttribute("aria-selected", String(each.dataset.name === service.name));
      each.style.fontWeight = each.dataset.name === service.name ? "bold" : "";
    }
    panel.ariaLabel = service.title;
    panel.replaceChildren(keyForm(service, texts), consentForm(service, texts));
  };
  for (const service of all) {
    const tab = button(service.title);
    tab.setAttribute("role", "tab");
    tab.dataset.name = service.name;
    tab.onclick = () => show(service);
    list.append(tab);
  }
  const first = all.find(({ name }) => name === shown) ?? all[0];
  if (first) show(first);
  return element("div", {}, [list, panel]);
}
function openDialog(shown = "") {
  const texts = cloudTexts();
  const status = element("p", { textContent: "…", role: "status" });
  const style = element("style", { textContent: `#${DIALOG} ::placeholder { color: inherit; opacity: 0.75; }` });
  openSmall(DIALOG, texts.close, [style, status]);
  void tell(status, services(), (all) => {
    status.after(tabs(all, shown, texts));
    return "";
  });
}
var offered = await services().then(
  (all) => all.length > 0,
  () => true
);
if (offered) {
  app3.registerExtension({
    name: "LipSyncStudio.Cloud",
    commands: [
      { id: COMMAND, label: "LipSync Studio: Cloud services…", icon: "pi pi-cloud", function: () => openDialog() },
      { id: DID_COMMAND, label: "LipSync Studio: D-ID key…", icon: "pi pi-key", function: () => openDialog("did") }
    ],
    menuCommands: [{ path: ["Extensions", "LipSync Studio"], commands: [COMMAND, DID_COMMAND] }],
    settings: [
      {
        id: "LipSyncStudio.DID.Key",
        category: ["LipSync Studio", "D-ID", "Key"],
        name: "D-ID key",
        tooltip: "Kept on the server, not among the settings.",
        defaultValue: null,
        type: () => element("button", { type: "button", textContent: cloudTexts().change, onclick: () => openDialog("did") })
      }
    ]
  });
}
