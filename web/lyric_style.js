// lyric_style.ts
import { api as api2 } from "../../scripts/api.js";
import { app } from "../../scripts/app.js";

// shared/dom.ts
function element(tag, properties = {}, children = []) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

// shared/server.ts
import { api } from "../../scripts/api.js";
var PREFIX = "/lipsync_studio";
function request(path, body) {
  if (body === void 0) return api.fetchApi(PREFIX + path, { cache: "no-store" });
  return api.fetchApi(PREFIX + path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body)
  });
}

// lyric_style.ts
var QUIET = 200;
var HEIGHT = 190;
function addSample(node) {
  const picture = element("img", { alt: "Sample in this style", draggable: false });
  picture.style.cssText = "flex: 1; min-height: 0; width: 100%; object-fit: contain;";
  const note = element("div", { role: "status" });
  note.style.cssText = "color: var(--error-text); font-size: 12px; overflow-wrap: anywhere;";
  const box = element("div", {}, [picture, note]);
  box.style.cssText = "display: flex; flex-direction: column; gap: 4px; height: 100%; overflow: hidden;";
  const widgets = [...node.widgets ?? []];
  const view = node.addDOMWidget("sample_view", "lipsync_lyric_sample", box, {
    getMinHeight: () => HEIGHT,
    serialize: false
  });
  view.serialize = false;
  Object.assign(node, { hideOutputImages: true });
  let asked = 0;
  let waiting;
  let held = "";
  const show = (address) => {
    picture.src = address;
    note.textContent = "";
    URL.revokeObjectURL(held);
    held = address.startsWith("blob:") ? address : "";
  };
  const draw = async () => {
    const number = ++asked;
    const inputs = Object.fromEntries(widgets.map(({ name, value }) => [name, value]));
    const response = await request("/lyric_style/preview", inputs);
    const drawn = response.headers.get("Content-Type")?.startsWith("image/");
    const answer = drawn ? await response.blob() : await response.json().catch(() => ({}));
    if (number !== asked) return;
    if (answer instanceof Blob) show(URL.createObjectURL(answer));
    else note.textContent = answer.error ?? `The server answered ${response.status}.`;
  };
  const soon = () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => void draw().catch(() => void 0), QUIET);
  };
  for (const widget of widgets) {
    const changed = widget.callback;
    widget.callback = function(...given) {
      const result = changed?.apply(this, given);
      soon();
      return result;
    };
  }
  const { onConfigure, onExecuted, onRemoved } = node;
  node.onConfigure = function(saved) {
    onConfigure?.call(this, saved);
    soon();
  };
  node.onExecuted = function(output) {
    onExecuted?.call(this, output);
    const file = output?.images?.[0];
    if (!file) return;
    clearTimeout(waiting);
    asked++;
    const { filename, subfolder, type } = file;
    show(api2.apiURL(`/view?${new URLSearchParams({ filename, subfolder, type })}`));
  };
  node.onRemoved = function() {
    onRemoved?.call(this);
    clearTimeout(waiting);
    asked++;
    URL.revokeObjectURL(held);
  };
  soon();
}
app.registerExtension({
  name: "LipSyncStudio.LyricStyle",
  nodeCreated(node) {
    const kind = node.constructor.comfyClass ?? node.comfyClass;
    if (kind === "LipSyncLyricStyle") addSample(node);
  }
});
