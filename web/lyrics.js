// lyrics.ts
import { api as api2 } from "../../scripts/api.js";
import { app as app4 } from "../../scripts/app.js";

// shared/dom.ts
function element(tag, properties = {}, children = []) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

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

// shared/results.ts
import { app as app3 } from "../../scripts/app.js";

// shared/node_place.ts
import { app as app2 } from "../../scripts/app.js";
var rootGraph = () => app2.rootGraph ?? app2.graph;
function allNodes(graph = rootGraph()) {
  return graph.nodes.flatMap((node) => node.subgraph ? [node, ...allNodes(node.subgraph)] : [node]);
}

// shared/results.ts
var takers = /* @__PURE__ */ new WeakMap();
function onResults(node, take) {
  takers.set(node, take);
  const { onExecuted } = node;
  node.onExecuted = function(output) {
    onExecuted?.call(this, output);
    takers.delete(node);
    take(output, false);
  };
}
function bringBack(outputs) {
  for (const node of allNodes()) {
    const [take, output] = [takers.get(node), outputs[locator(node)]];
    if (!take || !output) continue;
    takers.delete(node);
    take(output, true);
  }
}
function locator(node) {
  return node.graph && node.graph !== (app3.rootGraph ?? app3.graph) ? `${node.graph.id}:${node.id}` : String(node.id);
}

// shared/server.ts
import { api } from "../../scripts/api.js";
var ANSWERED = {
  en: (status) => `The server answered ${status}.`,
  zh: (status) => `服务器返回 ${status}。`,
  ja: (status) => `サーバーの応答：${status}。`,
  de: (status) => `Der Server antwortete mit ${status}.`
};
function viewAddress({ filename, subfolder, type }) {
  return api.apiURL(`/view?${new URLSearchParams({ filename, subfolder, type })}`);
}
async function answer(response) {
  const content = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(content.error || answered(response));
  return content;
}
var answered = ({ status }) => inLanguage(ANSWERED)(status);

// shared/widgets.ts
var kindOf = (node) => node.constructor.comfyClass ?? node.comfyClass;

// lyrics.ts
var TEXTS = {
  en: {
    load: "Load Lyrics",
    upload: "choose lyrics file to upload",
    failed: (file, why) => `${file} was not uploaded. ${why}`,
    saved: "Saved lyrics"
  },
  zh: {
    load: "加载歌词",
    upload: "选择要上传的歌词文件",
    failed: (file, why) => `${file} 未上传。${why}`,
    saved: "已保存的歌词"
  },
  ja: {
    load: "歌詞を読み込む",
    upload: "アップロードする歌詞ファイルを選択",
    failed: (file, why) => `${file} をアップロードできませんでした。${why}`,
    saved: "保存した歌詞"
  },
  de: {
    load: "Liedtext laden",
    upload: "Liedtext-Datei zum Hochladen wählen",
    failed: (file, why) => `${file} wurde nicht hochgeladen. ${why}`,
    saved: "Gespeicherter Liedtext"
  }
};
var SUFFIXES = [
  ".lrc",
  ".elrc",
  ".srt",
  ".vtt",
  ".ass",
  ".ssa",
  ".json",
  ".txt",
  ".ttml",
  ".dfxp",
  ".sbv",
  ".sub",
  ".qrc",
  ".yrc",
  ".krc"
];
var TEXT_HEIGHT = 120;
function isLyrics(file) {
  return SUFFIXES.some((suffix) => file.name.toLowerCase().endsWith(suffix));
}
function warn(detail) {
  app4.extensionManager.toast.add({ severity: "error", summary: inLanguage(TEXTS).load, detail, life: 8e3 });
}
async function upload(node, file) {
  const body = new FormData();
  body.append("image", file);
  let name;
  try {
    ({ name } = await answer(await api2.fetchApi("/upload/image", { method: "POST", body })));
  } catch (error) {
    return warn(inLanguage(TEXTS).failed(file.name, error.message));
  }
  const widget = node.widgets?.find((one) => one.name === "file");
  if (!widget) return;
  const values = widget.options.values ?? [];
  if (!values.includes(name)) widget.options.values = [...values, name];
  widget.value = name;
  widget.callback?.(name);
  node.setDirtyCanvas?.(true, true);
}
function addUpload(node) {
  const pick = () => {
    const field = element("input", { type: "file", accept: SUFFIXES.join(",") });
    field.onchange = () => {
      const file = field.files?.[0];
      if (file) void upload(node, file);
    };
    field.click();
  };
  const button = node.addWidget("button", "upload", null, pick, { serialize: false });
  button.label = inLanguage(TEXTS).upload;
  button.serialize = false;
  const dragged = node.onDragOver;
  const dropped = node.onDragDrop;
  node.onDragOver = function(event) {
    const items = [...event.dataTransfer?.items ?? []];
    return items.some((item) => item.kind === "file") || dragged?.call(this, event);
  };
  node.onDragDrop = async function(event) {
    const file = [...event.dataTransfer?.files ?? []].find(isLyrics);
    if (!file) return await dropped?.call(this, event) ?? false;
    await upload(node, file);
    return true;
  };
}
function addView(node) {
  const text = element("textarea", { readOnly: true, spellcheck: false });
  text.style.cssText = "flex: 1; min-height: 80px; width: 100%; resize: none; box-sizing: border-box;";
  text.className = "comfy-multiline-input";
  text.ariaLabel = inLanguage(TEXTS).saved;
  const link = element("a", { target: "_blank" });
  link.style.cssText = "overflow-wrap: anywhere; color: var(--input-text); font-size: 12px;";
  const box = element("div", {}, [link, text]);
  box.style.cssText = "display: flex; flex-direction: column; gap: 4px; height: 100%;";
  const view = node.addDOMWidget("saved", "lipsync_saved_lyrics", box, {
    getMinHeight: () => TEXT_HEIGHT,
    serialize: false
  });
  view.serialize = false;
  onResults(node, (output) => {
    text.value = output?.text?.[0] ?? "";
    const file = output?.files?.[0];
    if (!file) return;
    const { filename, subfolder } = file;
    link.textContent = subfolder ? `${subfolder}/${filename}` : filename;
    link.href = viewAddress(file);
    link.download = filename;
  });
}
app4.registerExtension({
  name: "LipSyncStudio.Lyrics",
  nodeCreated(node) {
    const kind = kindOf(node);
    if (kind === "LipSyncLoadLyrics") addUpload(node);
    if (kind === "LipSyncSaveLyrics") addView(node);
  },
  onNodeOutputsUpdated: bringBack
});
