// Lyric Style: looks, fonts and colours to be clicked on, and a sample of the style that follows what is set.
import { api } from "comfy/api";
import { app } from "comfy/app";
import { connectedLyrics, connectedSize } from "./lyric_style/connected";
import { addFonts, addPresets, addSwatches } from "./lyric_style/controls";
import { TEXTS } from "./lyric_style/texts";
import { element } from "./shared/dom";
import { inLanguage } from "./shared/language";
import { answered, request, viewAddress } from "./shared/server";
import { addElement, isWired, kindOf, onWires } from "./shared/widgets";

const NODE = "LipSyncLyricStyle";
/** Milliseconds without a change before the server is asked. */
const QUIET = 200;
/** Pixels of the node's width that the sample takes in height, at least. */
const HEIGHT = 190;
/** Effects that show lines beside the one that is sung, and how many there are in the sample. */
const SEVERAL: Record<string, number> = { scrolling: 3, "two-line duet": 2 };

/** The sample of a style, at the foot of its node. */
function addSample(node: ComfyNode): void {
    const texts = inLanguage(TEXTS);
    const picture = element("img", { alt: texts.sample, draggable: false });
    picture.style.cssText = "flex: 1; min-height: 0; width: 100%; object-fit: contain;";
    const note = element("div", { role: "status" });
    note.style.cssText = "color: var(--error-text); font-size: 12px; overflow-wrap: anywhere;";
    const box = element("div", {}, [picture, note]);
    box.style.cssText =
        `display: flex; flex-direction: column; gap: 4px; height: 100%; min-height: ${HEIGHT}px; overflow: hidden;`;
    const widgets = [...(node.widgets ?? [])];
    const set = (values: Record<string, unknown>) => {
        for (const widget of widgets) {
            if (!(widget.name in values) || widget.value === values[widget.name]) continue;
            widget.value = values[widget.name];
            widget.callback?.(widget.value);
        }
        node.setDirtyCanvas?.(true, true);
        app.extensionManager.workflow?.activeWorkflow?.changeTracker?.captureCanvasState?.();
    };
    addPresets(node, set);
    addFonts(node, set);
    const showColours = addSwatches(node, set);
    addElement(node, "sample_view", box, { height: () => HEIGHT, grows: true });
    // What a run has drawn is shown here, and not a second time.
    Object.assign(node, { hideOutputImages: true });

    let asked = 0;
    let waiting: ReturnType<typeof setTimeout> | undefined;
    let held = "";
    let used = "";

    const show = (address: string) => {
        picture.src = address;
        note.textContent = "";
        URL.revokeObjectURL(held);
        held = address.startsWith("blob:") ? address : "";
    };
    /** What the sample is made of beside the inputs: the lyrics and the shape of the video that it is for. */
    const connected = () => {
        const effect = String(widgets.find((one) => one.name === "effect")?.value);
        const lyrics = connectedLyrics(node, SEVERAL[effect] ?? 1);
        const size = connectedSize(node);
        return { ...(lyrics ? { sample: lyrics } : {}), ...(size ? { frame: size } : {}) };
    };
    const draw = async () => {
        const number = ++asked;
        const values = Object.fromEntries(widgets.map(({ name, value }) => [name, value]));
        const more = connected();
        used = JSON.stringify(more);
        const response = await request("/lyric_style/preview", { ...values, ...more });
        const drawn = response.headers.get("Content-Type")?.startsWith("image/");
        const answer = drawn ? await response.blob() : await response.json().catch(() => ({}));
        if (number !== asked) return;
        if (answer instanceof Blob) show(URL.createObjectURL(answer));
        else note.textContent = answer.error ?? answered(response);
    };
    const soon = () => {
        showColours();
        clearTimeout(waiting);
        // Without an answer the last sample stays.
        waiting = setTimeout(() => void draw().catch(() => undefined), QUIET);
    };
    /** Nobody tells a style what is done to the nodes around it. */
    const look = () => {
        if (!isWired(node, "background") && JSON.stringify(connected()) !== used) soon();
    };

    for (const widget of widgets) {
        const changed = widget.callback;
        widget.callback = function (...given) {
            const result = changed?.apply(this, given);
            soon();
            return result;
        };
    }
    onWires(node, soon);
    api.addEventListener("graphChanged", look);
    api.addEventListener("executed", look);
    const { onExecuted, onRemoved } = node;
    node.onExecuted = function (output) {
        onExecuted?.call(this, output);
        const file = output?.images?.[0];
        // Only the run has the picture that the sample is to stand on.
        if (!file || !isWired(node, "background")) return;
        clearTimeout(waiting);
        asked++;
        show(viewAddress(file));
    };
    node.onRemoved = function () {
        onRemoved?.call(this);
        clearTimeout(waiting);
        asked++;
        api.removeEventListener("graphChanged", look);
        api.removeEventListener("executed", look);
        URL.revokeObjectURL(held);
    };
    soon();
}

app.registerExtension({
    name: "LipSyncStudio.LyricStyle",
    nodeCreated(node) {
        if (kindOf(node) === NODE) addSample(node);
    },
});
