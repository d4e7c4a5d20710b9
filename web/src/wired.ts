// Inputs that a wire stands in for: hidden or greyed while it is there, with their values kept.
import { app } from "comfy/app";
import { grow, isWired, kindOf, onWires, setDisabled, setHidden } from "./shared/widgets";

const OF_STYLE = ["size", "position", "colour", "highlight", "outline", "font"];

/** Pixels in classic nodes. */
const TEXT_HEIGHT = 70;

const RULES: Record<string, (node: ComfyNode) => void> = {
    LipSyncApply: (node) => {
        const voices = isWired(node, "voices");
        setHidden(node, "lyrics", voices || isWired(node, "words"));
        for (const name of ["person", "person_choice"]) setHidden(node, name, voices);
    },
    LipSyncVoice: (node) => setHidden(node, "lyrics", isWired(node, "words")),
    LipSyncLyricOverlay: (node) => setDisabled(node, OF_STYLE, isWired(node, "style")),
};

/** The box for the lyrics takes no room that is left over. */
function keepSmall(node: ComfyNode): void {
    const box = node.widgets?.find((one) => one.name === "lyrics");
    if (box) box.options.getMaxHeight = () => TEXT_HEIGHT;
    // Nodes 2.0 give all room to it, and a new node is as high as classic nodes need it: with all its inputs.
    let saved = false;
    const { onConfigure } = node;
    node.onConfigure = function (values) {
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
    },
});
