// samples.ts
import { app as app3 } from "../../scripts/app.js";

// shared/node_place.ts
import { app } from "../../scripts/app.js";
var rootGraph = () => app.rootGraph ?? app.graph;
function allNodes(graph = rootGraph()) {
  return graph.nodes.flatMap((node) => node.subgraph ? [node, ...allNodes(node.subgraph)] : [node]);
}

// shared/server.ts
import { api } from "../../scripts/api.js";

// shared/language.ts
import { app as app2 } from "../../scripts/app.js";
var LANGUAGES = ["en", "zh", "ja", "de"];
var LANGUAGE_SETTING = "LipSyncStudio.Language";
var AUTOMATIC = "auto";
function language() {
  const { setting } = app2.extensionManager;
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

// samples/names.ts
function sampleNames(graph) {
  const { extra, nodes, definitions } = graph ?? {};
  if (!Array.isArray(extra?.lipsync_samples) || !Array.isArray(nodes)) return [];
  const subgraphs = definitions?.subgraphs;
  const inside = Array.isArray(subgraphs) ? subgraphs.flatMap((one) => one?.nodes ?? []) : [];
  const values = new Set([...nodes, ...inside].flatMap((node) => Object.values(node?.widgets_values ?? {})));
  return extra.lipsync_samples.filter((name) => typeof name === "string" && values.has(name));
}
function isUnlisted(nodes, names) {
  const widgets = nodes.flatMap((node) => node.widgets ?? []);
  return widgets.some(
    ({ value, options }) => Array.isArray(options?.values) && names.includes(value) && !options.values.includes(value)
  );
}

// samples.ts
var there = [];
app3.registerExtension({
  name: "LipSyncStudio.Samples",
  async beforeConfigureGraph(graph) {
    there = [];
    const names = sampleNames(graph);
    if (!names.length) return;
    try {
      ({ there } = await ask("/samples", { names }));
    } catch (error) {
      const detail = error.message;
      app3.extensionManager.toast.add({ severity: "error", summary: "LipSync Studio", detail, life: 2e4 });
    }
  },
  // The page looks for missing files after this; its loaders list what was there when it was loaded.
  async afterConfigureGraph() {
    if (isUnlisted(allNodes(), there)) await (app3.reloadNodeDefs ?? app3.refreshComboInNodes).call(app3);
  }
});
