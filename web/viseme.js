// viseme.ts
import { app } from "../../scripts/app.js";

// shared/widgets.ts
var kindOf = (node) => node.constructor.comfyClass ?? node.comfyClass;

// viseme.ts
var NODE = "LipSyncVisemeBackend";
var PLACED = 0.3;
var SAVED_WITHOUT = 0;
var opening = false;
function start(node) {
  const index = node.widgets?.findIndex((widget2) => widget2.name === "movement") ?? -1;
  const widget = node.widgets?.[index];
  if (!widget) return;
  widget.value = opening ? SAVED_WITHOUT : PLACED;
  const configured = node.onConfigure;
  node.onConfigure = function(saved) {
    configured?.call(this, saved);
    const values = saved.widgets_values ?? [];
    if (values.length <= index) widget.value = SAVED_WITHOUT;
  };
}
app.registerExtension({
  name: "LipSyncStudio.Viseme",
  setup() {
    const open = app.loadApiJson;
    if (!open) return;
    app.loadApiJson = function(...prompt) {
      opening = true;
      try {
        return open.apply(this, prompt);
      } finally {
        opening = false;
      }
    };
  },
  nodeCreated(node) {
    if (kindOf(node) === NODE) start(node);
  }
});
