// wired.ts
import { app } from "../../scripts/app.js";

// shared/widgets.ts
function setHidden(node, name, hidden) {
  const widget = node.widgets?.find((one) => one.name === name);
  if (!widget || Boolean(widget.hidden) === hidden) return;
  widget.hidden = hidden;
  widget.options.hidden = hidden;
  redraw(widget);
  node.setDirtyCanvas?.(true, true);
}
function redraw(widget) {
  const { value } = widget;
  widget.value = typeof value === "string" ? `${value} ` : value;
  widget.value = value;
}
function setDisabled(node, names, disabled) {
  for (const widget of node.widgets ?? []) if (names.includes(widget.name)) widget.disabled = disabled;
  node.setDirtyCanvas?.(true, true);
}
function grow(node) {
  const [width, height] = node.size;
  const needed = node.computeSize?.()[1] ?? height;
  if (needed > height) node.setSize?.([width, needed]);
  node.setDirtyCanvas?.(true, true);
}
var kindOf = (node) => node.constructor.comfyClass ?? node.comfyClass;
function isWired(node, input) {
  return node.inputs?.find((one) => one.name === input)?.link != null;
}
function onWires(node, changed) {
  const { onConnectionsChange, onConfigure } = node;
  node.onConnectionsChange = function(...given) {
    onConnectionsChange?.apply(this, given);
    changed();
  };
  node.onConfigure = function(saved) {
    onConfigure?.call(this, saved);
    changed();
  };
}

// wired.ts
var OF_STYLE = ["size", "position", "colour", "highlight", "outline", "font"];
var TEXT_HEIGHT = 70;
var RULES = {
  LipSyncApply: (node) => {
    const voices = isWired(node, "voices");
    setHidden(node, "lyrics", voices || isWired(node, "words"));
    for (const name of ["person", "person_choice"]) setHidden(node, name, voices);
  },
  LipSyncVoice: (node) => setHidden(node, "lyrics", isWired(node, "words")),
  LipSyncLyricOverlay: (node) => setDisabled(node, OF_STYLE, isWired(node, "style"))
};
function keepSmall(node) {
  const box = node.widgets?.find((one) => one.name === "lyrics");
  if (box) box.options.getMaxHeight = () => TEXT_HEIGHT;
  let saved = false;
  const { onConfigure } = node;
  node.onConfigure = function(values) {
    onConfigure?.call(this, values);
    saved = true;
  };
  requestAnimationFrame(() => {
    if (!saved && globalThis.LiteGraph?.vueNodesMode) node.setSize?.([node.size[0], 1]);
  });
}
app.registerExtension({
  name: "LipSyncStudio.Wired",
  nodeCreated(node) {
    if (kindOf(node) === "LipSyncApply") keepSmall(node);
    const apply = RULES[kindOf(node) ?? ""];
    if (!apply) return;
    onWires(node, () => {
      apply(node);
      grow(node);
    });
  }
});
