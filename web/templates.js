// templates.ts
import { api as api2 } from "../../scripts/api.js";
import { app } from "../../scripts/app.js";

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
async function answer(response) {
  const content = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(content.error || `The server answered ${response.status}.`);
  return content;
}
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
app.registerExtension({
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
    const graph = app.rootGraph ?? app.graph;
    if (!graph.extra?.[MARK]) return;
    delete graph.extra[MARK];
    show(graph);
  }
});
function show(graph) {
  const { canvas } = app;
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
    if (ended.signal.aborted || (app.rootGraph ?? app.graph).id !== graph) return ended.abort();
    if (view.scale !== scale || view.offset[0] !== offset[0] || view.offset[1] !== offset[1]) {
      view.scale = scale;
      [view.offset[0], view.offset[1]] = offset;
      app.canvas?.setDirty(true, true);
    }
    if (performance.now() < until) requestAnimationFrame(set);
    else ended.abort();
  };
  set();
}
