// templates.ts
import { api as api2 } from "../../scripts/api.js";
import { app as app2 } from "../../scripts/app.js";

// shared/server.ts
import { api } from "../../scripts/api.js";

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

// templates/order.ts
function inOrder(templates, names) {
  const place = (name) => names.includes(name) ? names.indexOf(name) : names.length;
  return Object.fromEntries(
    Object.entries(templates).map(([pack, listed]) => [
      pack,
      listed.some((name) => names.includes(name)) ? [...listed].sort((a, b) => place(a) - place(b)) : listed
    ])
  );
}

// templates/view.ts
function bounds(boxes) {
  if (!boxes.length) return null;
  const left = Math.min(...boxes.map(([x]) => x));
  const top = Math.min(...boxes.map(([, y]) => y));
  const right = Math.max(...boxes.map(([x, , width]) => x + width));
  const bottom = Math.max(...boxes.map(([, y, , height]) => y + height));
  return [left, top, right - left, bottom - top];
}
function fit(box, place, margin) {
  const [x, y, width, height] = box;
  const [left, top, wide, high] = place;
  const scale = Math.min(1, (wide - 2 * margin) / width, (high - 2 * margin) / height);
  const offset = [
    (left + wide / 2) / scale - (x + width / 2),
    (top + high / 2) / scale - (y + height / 2)
  ];
  return { scale, offset };
}

// templates.ts
var MARK = "lipsync_view";
var MARGIN = 12;
var HOLD_MS = 2e4;
var held = new AbortController();
app2.registerExtension({
  name: "LipSyncStudio.Templates",
  init() {
    const list = api2.getWorkflowTemplates?.bind(api2);
    if (!list) return;
    api2.getWorkflowTemplates = async () => {
      const found = await list();
      try {
        const { names } = await ask("/templates");
        return inOrder(found, names);
      } catch {
        return found;
      }
    };
  },
  beforeConfigureGraph() {
    held.abort();
  },
  afterConfigureGraph() {
    const graph = app2.rootGraph ?? app2.graph;
    if (!graph.extra?.[MARK]) return;
    delete graph.extra[MARK];
    show(graph);
  }
});
function show(graph) {
  const { canvas } = app2;
  const whole = canvas?.canvas?.getBoundingClientRect();
  const groups = (graph.groups ?? []).map(({ pos, size }) => [...pos, ...size]);
  const nodes = graph.nodes.flatMap((node) => node.getBounding ? [node.getBounding()] : []);
  const box = bounds([...nodes, ...groups]);
  if (!canvas || !whole || !box) return;
  const free = document.querySelector(".graph-canvas-panel")?.getBoundingClientRect() ?? whole;
  const place = [free.left - whole.left, free.top - whole.top, free.width, free.height];
  hold(graph.id, canvas.ds, fit(box, place, MARGIN));
}
function hold(graph, view, { scale, offset }) {
  held.abort();
  const ended = held = new AbortController();
  for (const kind of ["wheel", "pointerdown", "keydown"]) {
    window.addEventListener(kind, () => ended.abort(), { capture: true, signal: ended.signal });
  }
  const until = performance.now() + HOLD_MS;
  const set = () => {
    if (ended.signal.aborted || (app2.rootGraph ?? app2.graph).id !== graph) return ended.abort();
    if (view.scale !== scale || view.offset[0] !== offset[0] || view.offset[1] !== offset[1]) {
      view.scale = scale;
      [view.offset[0], view.offset[1]] = offset;
      app2.canvas?.setDirty(true, true);
    }
    if (performance.now() < until) requestAnimationFrame(set);
    else ended.abort();
  };
  set();
}
