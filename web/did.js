// did.ts
import { api } from "../../scripts/api.js";
import { app as app2 } from "../../scripts/app.js";

// shared/dom.ts
function element(tag, properties = {}, children = []) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

// shared/modal.ts
import { app } from "../../scripts/app.js";
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
  const tracker = app.extensionManager.workflow?.activeWorkflow?.changeTracker;
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

// did.ts
var ADDRESS = "/lipsync_studio/did/key";
var COMMAND = "LipSyncStudio.DIDKey";
async function call(key) {
  const change = key === void 0 ? { cache: "no-store" } : { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ key }) };
  const response = await api.fetchApi(ADDRESS, change);
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.error || `The server answered ${response.status}.`);
  return answer.configured;
}
function openDialog() {
  const status = element("p", { textContent: "…", role: "status" });
  const field = element("input", {
    type: "password",
    autocomplete: "off",
    spellcheck: false,
    placeholder: "user:password",
    ariaLabel: "D-ID key",
    className: "comfy-input"
  });
  field.style.cssText = "width: 100%; box-sizing: border-box; padding: 0.5em; margin: 0.5em 0 1em;";
  const set = element("button", { type: "submit", textContent: "Set key" });
  const clear = element("button", { type: "button", textContent: "Clear key" });
  const close = element("button", { type: "button", textContent: "Close" });
  const buttons = element("div", {}, [set, clear, close]);
  buttons.style.cssText = "display: flex; gap: 0.5em; justify-content: flex-end;";
  for (const button of [set, clear, close]) button.style.padding = "0.4em 1em";
  const form = element("form", {}, [
    element("h3", { textContent: "D-ID key" }),
    element("p", {
      textContent: "From the account settings of D-ID's Studio. It is kept on this server, readable by its user alone, and is never shown again."
    }),
    status,
    field,
    buttons
  ]);
  const dialog = element("dialog", { id: "lipsync-did-key" }, [form]);
  dialog.style.cssText = "width: 28em; max-width: 90vw; margin: auto; padding: 1.5em; border-radius: 8px; line-height: 1.5;border: 1px solid var(--border-color); background: var(--comfy-menu-bg); color: var(--input-text);";
  const show = async (work) => {
    try {
      const configured = await work;
      status.textContent = configured ? "A key is set." : "No key is set.";
      return configured;
    } catch (error) {
      status.textContent = error.message;
      return false;
    }
  };
  form.onsubmit = (event) => {
    event.preventDefault();
    const key = field.value;
    field.value = "";
    if (key.trim()) void show(call(key));
  };
  clear.onclick = async () => {
    if (await show(call(""))) status.textContent += " It comes from the environment or the keyring.";
  };
  close.onclick = () => dialog.close();
  dialog.onclose = () => dialog.remove();
  document.body.append(dialog);
  showModal(dialog);
  void show(call());
}
app2.registerExtension({
  name: "LipSyncStudio.DID",
  commands: [{ id: COMMAND, label: "LipSync Studio: D-ID key…", icon: "pi pi-key", function: openDialog }],
  menuCommands: [{ path: ["Extensions", "LipSync Studio"], commands: [COMMAND] }],
  settings: [
    {
      id: "LipSyncStudio.DID.Key",
      category: ["LipSync Studio", "D-ID", "Key"],
      name: "D-ID key",
      tooltip: "Kept on the server, not among the settings.",
      defaultValue: null,
      type: () => element("button", { type: "button", textContent: "Set or clear…", onclick: openDialog })
    }
  ]
});
