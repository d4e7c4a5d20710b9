// Lyric Style shows its sample while its widgets are turned, and what it drew when it has run.
import { api } from "comfy/api";
import { app } from "comfy/app";
import { element } from "./shared/dom";
import { request } from "./shared/server";

const QUIET = 200; // ms without a change before the sample is drawn
const HEIGHT = 190;

function addSample(node: ComfyNode): void {
    const picture = element("img", { alt: "Sample in this style", draggable: false });
    picture.style.cssText = "flex: 1; min-height: 0; width: 100%; object-fit: contain;";
    const note = element("div", { role: "status" });
    note.style.cssText = "color: var(--error-text); font-size: 12px; overflow-wrap: anywhere;";
    const box = element("div", {}, [picture, note]);
    box.style.cssText = "display: flex; flex-direction: column; gap: 4px; height: 100%; overflow: hidden;";
    const widgets = [...(node.widgets ?? [])];
    const view = node.addDOMWidget("sample_view", "lipsync_lyric_sample", box, {
        getMinHeight: () => HEIGHT,
        serialize: false,
    });
    view.serialize = false;
    // The picture of a run is shown here, too.
    Object.assign(node, { hideOutputImages: true });

    let asked = 0;
    let waiting: ReturnType<typeof setTimeout> | undefined;
    let held = "";
    const show = (address: string) => {
        picture.src = address;
        note.textContent = "";
        URL.revokeObjectURL(held);
        held = address.startsWith("blob:") ? address : "";
    };
    const draw = async () => {
        const number = ++asked;
        const inputs = Object.fromEntries(widgets.map(({ name, value }) => [name, value]));
        const response = await request("/lyric_style/preview", inputs);
        const drawn = response.headers.get("Content-Type")?.startsWith("image/");
        const answer = drawn ? await response.blob() : await response.json().catch(() => ({}));
        if (number !== asked) return;
        if (answer instanceof Blob) show(URL.createObjectURL(answer));
        else note.textContent = answer.error ?? `The server answered ${response.status}.`;
    };
    const soon = () => {
        clearTimeout(waiting);
        waiting = setTimeout(() => void draw().catch(() => undefined), QUIET);
    };
    for (const widget of widgets) {
        const changed = widget.callback;
        widget.callback = function (...given) {
            const result = changed?.apply(this, given);
            soon();
            return result;
        };
    }
    const { onConfigure, onExecuted, onRemoved } = node;
    node.onConfigure = function (saved) {
        onConfigure?.call(this, saved);
        soon();
    };
    node.onExecuted = function (output) {
        onExecuted?.call(this, output);
        const file = output?.images?.[0];
        if (!file) return;
        clearTimeout(waiting);
        asked++;
        const { filename, subfolder, type } = file;
        show(api.apiURL(`/view?${new URLSearchParams({ filename, subfolder, type })}`));
    };
    node.onRemoved = function () {
        onRemoved?.call(this);
        clearTimeout(waiting);
        asked++;
        URL.revokeObjectURL(held);
    };
    soon();
}

app.registerExtension({
    name: "LipSyncStudio.LyricStyle",
    nodeCreated(node) {
        const kind = (node.constructor as { comfyClass?: string }).comfyClass ?? node.comfyClass;
        if (kind === "LipSyncLyricStyle") addSample(node);
    },
});
