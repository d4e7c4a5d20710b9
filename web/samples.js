// samples.ts
import { app as app2 } from "../../scripts/app.js";

// shared/node_place.ts
import { app } from "../../scripts/app.js";
var rootGraph = () => app.rootGraph ?? app.graph;
function allNodes(graph = rootGraph()) {
  return graph.nodes.flatMap((node) => node.subgraph ? [node, ...allNodes(node.subgraph)] : [node]);
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
async function answer(response) {
  const content = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(content.error || `The server answered ${response.status}.`);
  return content;
}
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
app2.registerExtension({
  name: "LipSyncStudio.Samples",
  async beforeConfigureGraph(graph) {
    there = [];
    const names = sampleNames(graph);
    if (!names.length) return;
    try {
      ({ there } = await ask("/samples", { names }));
    } catch (error) {
      const detail = error.message;
      app2.extensionManager.toast.add({ severity: "error", summary: "LipSync Studio", detail, life: 2e4 });
    }
  },
  // The page looks for missing files after this; its loaders list what was there when it was loaded.
  async afterConfigureGraph() {
    if (isUnlisted(allNodes(), there)) await (app2.reloadNodeDefs ?? app2.refreshComboInNodes).call(app2);
  }
});
