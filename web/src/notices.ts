// What a run says beside its results, and a person should see at once: on the node, and as a toast (nodes/notices.py).
import { app } from "comfy/app";
import { TEXTS } from "./notices/texts";
import type { Notice } from "./notices/texts";
import { element } from "./shared/dom";
import { inLanguage } from "./shared/language";
import { bringBack, onResults } from "./shared/results";
import { addElement, grow, kindOf, removeWidget } from "./shared/widgets";

const NODES = [
    "LipSyncAlignLyrics", "LipSyncApply", "LipSyncFaceTrack", "LipSyncLyricOverlay", "LipSyncTranscribe", "LipSyncVocals",
];
const WIDGET = "notices";
const LIFE = 20_000;
/** Pixels: of a row of text, of a letter in the mean, and beside the text. */
const ROW = 17;
const LETTER = 6.2;
const BESIDE = 50;

/** What was last told of each node: a run that finds the same says it on the node alone. */
const told = new WeakMap<ComfyNode, string>();
/** What stands on a node now, and how many rows it is thought to take. */
const shown = new WeakMap<ComfyNode, { box: HTMLElement; rows: number }>();

/** quietly: on the node alone. */
function show(node: ComfyNode, notices: Notice[], quietly: boolean): void {
    const { kinds } = inLanguage(TEXTS);
    const lines = notices.map((notice) => kinds[notice.kind]?.(notice) ?? notice.text);
    const all = lines.join("\n");
    if (lines.length) {
        write(node, lines);
        if (!quietly && told.get(node) !== all) {
            app.extensionManager.toast.add({ severity: "warn", summary: node.title, detail: all, life: LIFE });
        }
    } else {
        removeWidget(node, WIDGET);
        shown.delete(node);
    }
    told.set(node, all);
    grow(node);
}

/** Into the element that is there already: Nodes 2.0 don't draw another one that takes its place at once. */
function write(node: ComfyNode, lines: string[]): void {
    const letters = Math.max(16, Math.floor((node.size[0] - BESIDE) / LETTER));
    const rows = lines.reduce((sum, line) => sum + Math.ceil((line.length + 2) / letters), 0);
    const box = shown.get(node)?.box ?? addBox(node);
    box.replaceChildren(...lines.map((line) => element("div", { textContent: `⚠ ${line}` })));
    shown.set(node, { box, rows });
}

function addBox(node: ComfyNode): HTMLElement {
    const box = element("div", { role: "status" });
    box.style.cssText =
        "box-sizing: border-box; width: 100%; height: 100%; overflow: auto; padding: 6px 8px; border-radius: 6px;" +
        "background: #4a3410; border: 1px solid #d99a2b; color: #ffdf9e; font: 12px/1.35 sans-serif;" +
        "overflow-wrap: anywhere; user-select: text;";
    addElement(node, WIDGET, box, { height: () => (shown.get(node)?.rows ?? 1) * ROW + 30 });
    return box;
}

app.registerExtension({
    name: "LipSyncStudio.Notices",
    nodeCreated(node) {
        if (!NODES.includes(kindOf(node) ?? "")) return;
        onResults(node, (output, again) => {
            if (output?.notices) show(node, output.notices, again);
        });
    },
    onNodeOutputsUpdated: bringBack,
});
