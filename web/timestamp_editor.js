// timestamp_editor.ts
import { api as api2 } from "../../scripts/api.js";
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

// shared/server.ts
import { api } from "../../scripts/api.js";
var PREFIX = "/lipsync_studio";
var ANSWERED = {
  en: (status) => `The server answered ${status}.`,
  zh: (status) => `服务器返回 ${status}。`,
  ja: (status) => `サーバーの応答：${status}。`,
  de: (status) => `Der Server antwortete mit ${status}.`
};
function viewAddress({ filename, subfolder, type }) {
  return api.apiURL(`/view?${new URLSearchParams({ filename, subfolder, type })}`);
}
function request(path, body) {
  if (body === void 0) return api.fetchApi(PREFIX + path, { cache: "no-store" });
  return api.fetchApi(PREFIX + path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body)
  });
}
var answered = ({ status }) => inLanguage(ANSWERED)(status);

// shared/widgets.ts
var kindOf = (node) => node.constructor.comfyClass ?? node.comfyClass;
function origin(node, input) {
  const id = node.inputs?.find((one) => one.name === input)?.link;
  const link = id == null ? void 0 : node.graph?.getLink?.(id);
  const from = link && node.graph?.getNodeById(link.origin_id);
  if (!from) return void 0;
  return from.type === "Reroute" ? origin(from, from.inputs?.[0]?.name ?? "") : from;
}

// timestamps/style_source.ts
var OVERLAY = "LipSyncLyricOverlay";
var STYLE = "LipSyncLyricStyle";
var OWN = ["size", "position", "colour", "highlight", "outline", "font"];
var ELSEWHERE = {
  en: "The style is made by nodes that only a run can read.",
  zh: "样式来自只有运行时才能读取的节点。",
  ja: "スタイルは実行しないと読めないノードで作られています。",
  de: "Der Stil kommt aus Knoten, die nur ein Lauf lesen kann."
};
function overlayOf(node) {
  const seen = /* @__PURE__ */ new Set([node]);
  for (const at of seen) {
    for (const id of at.outputs?.flatMap(({ links }) => links ?? []) ?? []) {
      const link = at.graph?.getLink?.(id);
      const next = link && at.graph?.getNodeById(link.target_id);
      if (!next) continue;
      if (next.type !== OVERLAY) seen.add(next);
      else if (next.inputs?.[link.target_slot]?.name === "words") return next;
    }
  }
  return null;
}
function look(overlay) {
  const style = origin(overlay, "style");
  if (style && style.type !== STYLE) return inLanguage(ELSEWHERE);
  const widgets = (style ?? overlay).widgets?.filter(({ name }) => style || OWN.includes(name)) ?? [];
  return Object.fromEntries(widgets.filter(({ type }) => type !== "button").map(({ name, value }) => [name, value]));
}
function drawingOf(node, file) {
  const overlay = overlayOf(node);
  if (!overlay) return null;
  const shape = origin(overlay, "style")?.widgets?.find(({ name }) => name === "shape")?.value;
  return {
    shape: String(shape ?? "16:9"),
    draw: async (wanted) => {
      const style = look(overlay);
      if (typeof style === "string") return style;
      const response = await request("/timestamp_editor/frame", { ...wanted, file, style });
      if (response.headers.get("content-type") === "image/jpeg") return response.blob();
      return String((await response.json().catch(() => ({}))).error ?? answered(response));
    }
  };
}

// shared/node_place.ts
import { app as app2 } from "../../scripts/app.js";
var UNNAMED = "00000000-0000-0000-0000-000000000000";
var rootGraph = () => app2.rootGraph ?? app2.graph;
function allNodes(graph = rootGraph()) {
  return graph.nodes.flatMap((node) => node.subgraph ? [node, ...allNodes(node.subgraph)] : [node]);
}
function placeOf(node) {
  const root = rootGraph();
  const { workflow } = app2.extensionManager;
  const active = workflow?.activeWorkflow?.path;
  return {
    type: node.type,
    node: node.id,
    subgraph: node.graph && node.graph !== root ? node.graph.id : void 0,
    graph: root.id,
    nodes: listed(root),
    workflow: active,
    others: (workflow?.openWorkflows ?? []).flatMap(({ path }) => path && path !== active ? [path] : [])
  };
}
function nodeAt(place) {
  const root = rootGraph();
  if (!isWorkflowOf(place, root)) return null;
  const graph = place.subgraph === void 0 ? root : root.subgraphs?.get(place.subgraph);
  const node = graph?.getNodeById(place.node);
  return node?.type === place.type ? node : null;
}
function isWorkflowOf(place, root) {
  const active = app2.extensionManager.workflow?.activeWorkflow?.path;
  if (active && place.others.includes(active)) return false;
  if (isNamed(place.graph) && isNamed(root.id)) return place.graph === root.id;
  return active === place.workflow || place.nodes === listed(root);
}
function isNamed(id) {
  return Boolean(id) && id !== UNNAMED;
}
function listed(graph) {
  return graph.nodes.map(({ id, type }) => `${id} ${type}`).sort().join("\n");
}

// shared/drafts.ts
var KEY = "LipSyncStudio.TimestampDrafts";
var MOST = 20;
function all() {
  try {
    const held = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(held) ? held.filter((one) => one?.place && typeof one.edits === "string") : [];
  } catch {
    return [];
  }
}
function write(drafts) {
  try {
    if (drafts.length) localStorage.setItem(KEY, JSON.stringify(drafts));
    else localStorage.removeItem(KEY);
  } catch {
  }
}
function others(place) {
  const own = JSON.stringify(place);
  const node = nodeAt(place);
  return all().filter((one) => JSON.stringify(one.place) !== own && (!node || nodeAt(one.place) !== node));
}
function keepDraft(draft) {
  write([...others(draft.place), draft].slice(-MOST));
}
function dropDraft(place) {
  const left = others(place);
  if (left.length < all().length) write(left);
}
function draftOf(node) {
  return all().findLast((draft) => nodeAt(draft.place) === node);
}

// timestamp_editor.ts
var NODE = "LipSyncTimestampEditor";
var BUTTON = "open_editor";
var TEXTS = {
  en: {
    open: "edit timestamps…",
    edits: "edits",
    left: "not saved: open to get them back",
    summary: "Timestamp Editor",
    run: "Running the workflow first: the editor shows what the node hears. It opens when that is done.",
    gone: "The audio of the last run is gone from ComfyUI's temp folder. Run the workflow again.",
    failed: "The editor could not be loaded. Reload the page.",
    refused: "Edits no longer fit the words. Open the editor to see which:"
  },
  zh: {
    open: "编辑时间戳…",
    edits: "编辑",
    left: "未保存：打开即可找回",
    summary: "时间戳编辑器",
    run: "先运行工作流：编辑器显示该节点听到的内容。运行完成后会自动打开。",
    gone: "上次运行的音频已不在 ComfyUI 的临时文件夹中。请重新运行工作流。",
    failed: "无法加载编辑器。请刷新页面。",
    refused: "有编辑已不适用于这些单词。打开编辑器查看："
  },
  ja: {
    open: "タイムスタンプを編集…",
    edits: "編集",
    left: "未保存：開くと戻ります",
    summary: "タイムスタンプエディター",
    run: "先にワークフローを実行します。エディターはノードが受け取った音声を表示し、終わると開きます。",
    gone: "前回の実行の音声が ComfyUI の一時フォルダーにありません。ワークフローを再実行してください。",
    failed: "エディターを読み込めませんでした。ページを再読み込みしてください。",
    refused: "単語に合わなくなった編集があります。エディターで確認してください："
  },
  de: {
    open: "Zeitmarken bearbeiten…",
    edits: "Änderungen",
    left: "nicht gespeichert: öffnen holt sie zurück",
    summary: "Zeitmarken-Editor",
    run: "Zuerst läuft der Workflow: Der Editor zeigt, was der Knoten hört. Danach öffnet er sich.",
    gone: "Der Ton des letzten Laufs ist nicht mehr in ComfyUIs temp-Ordner. Den Workflow neu ausführen.",
    failed: "Der Editor konnte nicht geladen werden. Die Seite neu laden.",
    refused: "Änderungen passen nicht mehr zu den Wörtern. Der Editor zeigt, welche:"
  }
};
var states = /* @__PURE__ */ new WeakMap();
function toast(severity, detail) {
  app3.extensionManager.toast.add({ severity, summary: inLanguage(TEXTS).summary, detail, life: 8e3 });
}
function editsWidget(node) {
  return node.widgets?.find((one) => one.name === "edits");
}
function countEdits(text) {
  try {
    return text ? JSON.parse(String(text)).edits.length : 0;
  } catch {
    return 0;
  }
}
function showCount(node) {
  const button = node.widgets?.find((one) => one.name === BUTTON);
  if (!button) return;
  const { open: open2, edits, left } = inLanguage(TEXTS);
  const count = countEdits(editsWidget(node)?.value);
  const told = [...count ? [`${edits}: ${count}`] : [], ...draftOf(node) ? [`● ${left}`] : []];
  button.label = told.length ? `${open2} (${told.join("; ")})` : open2;
  node.setDirtyCanvas?.(true, true);
}
function save(place, edits) {
  const node = nodeAt(place);
  const widget = node && editsWidget(node);
  if (!widget) return "gone";
  widget.value = edits;
  widget.callback?.(edits);
  showCount(node);
  app3.extensionManager.workflow?.activeWorkflow?.changeTracker?.captureCanvasState?.();
  return savedEdits(nodeAt(place)) === edits ? "saved" : "lost";
}
function savedEdits(node) {
  const at = node?.widgets?.findIndex((one) => one.name === "edits") ?? -1;
  return node?.serialize?.().widgets_values?.[at];
}
function draftsOf(node, place) {
  const told = () => {
    const there = nodeAt(place);
    if (there) showCount(there);
  };
  return {
    left: draftOf(node),
    keep: (edits, base) => keepDraft({ place, edits, base, at: Date.now() }),
    drop: () => {
      dropDraft(place);
      told();
    }
  };
}
async function open(node, state) {
  if (state.opening) return;
  const texts = inLanguage(TEXTS);
  if (!state.files) {
    state.waiting = true;
    const alone = node.graph === (app3.rootGraph ?? app3.graph) ? [String(node.id)] : void 0;
    if (!await app3.queuePrompt(0, 1, alone)) state.waiting = false;
    else if (state.waiting) toast("info", texts.run);
    return;
  }
  state.opening = true;
  const place = placeOf(node);
  try {
    const { openEditor } = await import("./editor.mjs?v=09bd4fd2").catch(() => {
      throw new Error(texts.failed);
    });
    const { audio, peaks, words } = state.files;
    const editor = await openEditor({
      title: node.title,
      files: { audio: viewAddress(audio), peaks: viewAddress(peaks), words: viewAddress(words) },
      edits: String(editsWidget(node)?.value ?? ""),
      drafts: draftsOf(node, place),
      drawing: drawingOf(node, words.filename),
      save: (edits) => save(place, edits),
      closed: () => {
        state.opening = false;
        state.outdate = void 0;
      }
    }).catch(() => {
      state.files = void 0;
      throw new Error(texts.gone);
    });
    state.outdate = () => editor.outdate();
  } catch (error) {
    state.opening = false;
    toast("warn", error.message);
  }
}
function executed(node, state, output) {
  const files = output?.editor?.[0];
  if (!files) return;
  const other = state.files && state.files.words.filename !== files.words.filename;
  state.files = files;
  if (other) state.outdate?.();
  if (output.refused?.[0]) {
    const lines = String(output.text?.[0] ?? "").split("\n");
    toast("warn", [inLanguage(TEXTS).refused, ...lines.slice(1, 6)].join("\n"));
  }
  if (!state.waiting) return;
  state.waiting = false;
  void open(node, state);
}
function equip(node) {
  const state = { waiting: false, opening: false };
  states.set(node, state);
  const widget = editsWidget(node);
  if (widget) {
    widget.hidden = true;
    widget.options.hidden = true;
  }
  const button = node.addWidget("button", BUTTON, null, () => void open(node, state), { serialize: false });
  button.serialize = false;
  showCount(node);
  const configured = node.onConfigure;
  node.onConfigure = function(saved) {
    configured?.call(this, saved);
    showCount(node);
  };
  const ran = node.onExecuted;
  node.onExecuted = function(output) {
    ran?.call(this, output);
    executed(node, state, output);
  };
}
app3.registerExtension({
  name: "LipSyncStudio.TimestampEditor",
  nodeCreated(node) {
    if (kindOf(node) === NODE) equip(node);
  },
  afterConfigureGraph() {
    for (const node of allNodes()) if (states.has(node)) showCount(node);
  },
  setup() {
    for (const event of ["execution_error", "execution_interrupted"]) {
      api2.addEventListener(event, () => {
        for (const node of allNodes()) {
          const state = states.get(node);
          if (state) state.waiting = false;
        }
      });
    }
  }
});
