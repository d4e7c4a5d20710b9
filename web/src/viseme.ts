// A Viseme Backend that is placed by hand lets a still live; one of a saved graph, or of a prompt, is as it was saved.
import { app } from "comfy/app";
import { kindOf } from "./shared/widgets";

const NODE = "LipSyncVisemeBackend";
const PLACED = 0.3;
/** What graphs and prompts mean that were saved before there was a widget for it. */
const SAVED_WITHOUT = 0;

/** A prompt is being opened as a graph: its nodes are created like those placed by hand. */
let opening = false;

function start(node: ComfyNode): void {
    const index = node.widgets?.findIndex((widget) => widget.name === "movement") ?? -1;
    const widget = node.widgets?.[index];
    if (!widget) return;
    widget.value = opening ? SAVED_WITHOUT : PLACED;
    const configured = node.onConfigure;
    node.onConfigure = function (saved) {
        configured?.call(this, saved);
        const values = (saved as { widgets_values?: unknown[] }).widgets_values ?? [];
        if (values.length <= index) widget.value = SAVED_WITHOUT;
    };
}

app.registerExtension({
    name: "LipSyncStudio.Viseme",
    setup() {
        const open = app.loadApiJson;
        if (!open) return;
        app.loadApiJson = function (...prompt) {
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
    },
});
