// stage.ts
import { api } from "../../scripts/api.js";
import { app as app3 } from "../../scripts/app.js";

// shared/node_place.ts
import { app } from "../../scripts/app.js";
var rootGraph = () => app.rootGraph ?? app.graph;
function allNodes(graph = rootGraph()) {
  return graph.nodes.flatMap((node) => node.subgraph ? [node, ...allNodes(node.subgraph)] : [node]);
}

// shared/results.ts
import { app as app2 } from "../../scripts/app.js";
function locator(node) {
  return node.graph && node.graph !== (app2.rootGraph ?? app2.graph) ? `${node.graph.id}:${node.id}` : String(node.id);
}

// shared/widgets.ts
function removeWidget(node, name) {
  const at = node.widgets?.findIndex((one) => one.name === name) ?? -1;
  if (at < 0) return;
  const [widget] = node.widgets.splice(at, 1);
  widget?.onRemove?.();
  widget?.element?.remove();
  node.setDirtyCanvas?.(true, true);
}
var kindOf = (node) => node.constructor.comfyClass ?? node.comfyClass;

// stage.ts
var TEXT = "$$node-text-preview";
var PICTURE = "$$canvas-image-preview";
var pictured = /* @__PURE__ */ new WeakSet();
var heights = /* @__PURE__ */ new WeakMap();
var LATER = [100, 500, 2e3];
var later = [];
var working = "";
function isQuiet(node) {
  return Boolean(node.hideOutputImages) && working !== String(node.id);
}
var isOurs = (node) => Boolean(kindOf(node)?.startsWith("LipSync"));
function clear(node) {
  removeWidget(node, TEXT);
  if (pictured.has(node)) return;
  removeWidget(node, PICTURE);
  Object.assign(node, { imgs: void 0 });
  forgetPreviews(node);
  const before = heights.get(node);
  if (before !== void 0) {
    const needed = Math.max(before, node.computeSize?.()[1] ?? 0);
    if (needed < node.size[1]) node.setSize?.([node.size[0], needed]);
  }
  node.setDirtyCanvas?.(true, true);
}
function clearAll() {
  for (const node of allNodes()) if (isOurs(node)) clear(node);
}
function forgetPreviews(node) {
  const place = locator(node);
  const root = document.querySelector("#vue-app");
  const store = root?.__vue_app__?.config.globalProperties.$pinia?._s?.get("nodeOutput");
  store?.revokePreviewsByLocatorId?.(place);
  delete app3.nodePreviewImages?.[place];
}
app3.registerExtension({
  name: "LipSyncStudio.Stage",
  nodeCreated(node) {
    if (!isOurs(node)) return;
    const drawn = node;
    const { onExecuted, onDrawBackground } = drawn;
    drawn.onDrawBackground = function(...given) {
      if (!isQuiet(this)) onDrawBackground?.apply(this, given);
    };
    node.onExecuted = function(output) {
      onExecuted?.call(this, output);
      const hidden = this.hideOutputImages;
      if (hidden) working = "";
      if (output?.images?.length && !hidden) pictured.add(this);
      else pictured.delete(this);
      clear(this);
    };
  },
  setup() {
    api.addEventListener("execution_start", () => {
      for (const timer of later.splice(0)) clearTimeout(timer);
      for (const node of allNodes()) if (isOurs(node)) heights.set(node, node.size[1]);
    });
    api.addEventListener("executing", (event) => {
      working = String(event.detail ?? "").split(":").at(-1) ?? "";
    });
    for (const event of ["execution_success", "execution_error", "execution_interrupted"]) {
      api.addEventListener(event, () => {
        clearAll();
        later.push(...LATER.map((delay) => setTimeout(clearAll, delay)));
      });
    }
  }
});
