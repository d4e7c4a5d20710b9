// What nodes of ours show while they work goes when the work is over, however it ended.
import { api } from "comfy/api";
import { app } from "comfy/app";
import { allNodes } from "./shared/node_place";
import { locator } from "./shared/results";
import { kindOf, removeWidget } from "./shared/widgets";

/** ComfyUI's own: the text that a node sends, and in classic nodes the picture beside it. */
const TEXT = "$$node-text-preview";
const PICTURE = "$$canvas-image-preview";

/** Nodes whose results are pictures that ComfyUI shows in the picture's place. */
const pictured = new WeakSet<ComfyNode>();

/** Heights from before the work, to which nodes go back from what the picture has made of them. */
const heights = new WeakMap<ComfyNode, number>();

/** Milliseconds after the end of the work at which it is looked once more, unless other work has begun. */
const LATER = [100, 500, 2000];
const later: ReturnType<typeof setTimeout>[] = [];

/** The number of the node that is at work, in its own graph. */
let working = "";

/** Whether ComfyUI must not draw pictures on a node: it shows its results itself. Those of the work are drawn. */
function isQuiet(node: ComfyNode): boolean {
    return Boolean((node as { hideOutputImages?: boolean }).hideOutputImages) && working !== String(node.id);
}

const isOurs = (node: ComfyNode): boolean => Boolean(kindOf(node)?.startsWith("LipSync"));

function clear(node: ComfyNode): void {
    removeWidget(node, TEXT);
    if (pictured.has(node)) return;
    removeWidget(node, PICTURE);
    Object.assign(node, { imgs: undefined });
    forgetPreviews(node);
    const before = heights.get(node);
    if (before !== undefined) {
        const needed = Math.max(before, node.computeSize?.()[1] ?? 0);
        if (needed < node.size[1]) node.setSize?.([node.size[0], needed]);
    }
    node.setDirtyCanvas?.(true, true);
}

function clearAll(): void {
    for (const node of allNodes()) if (isOurs(node)) clear(node);
}

/** Nodes 2.0 draw the picture out of the page's own store. */
function forgetPreviews(node: ComfyNode): void {
    const place = locator(node);
    const root = document.querySelector("#vue-app") as (Element & { __vue_app__?: any }) | null;
    const store = root?.__vue_app__?.config.globalProperties.$pinia?._s?.get("nodeOutput");
    store?.revokePreviewsByLocatorId?.(place);
    delete (app as { nodePreviewImages?: Record<string, unknown> }).nodePreviewImages?.[place];
}

app.registerExtension({
    name: "LipSyncStudio.Stage",
    nodeCreated(node) {
        if (!isOurs(node)) return;
        const drawn = node as ComfyNode & { onDrawBackground?(...given: unknown[]): void };
        const { onExecuted, onDrawBackground } = drawn;
        // Classic nodes take pictures up here, whatever `hideOutputImages` says.
        drawn.onDrawBackground = function (...given) {
            if (!isQuiet(this)) onDrawBackground?.apply(this, given);
        };
        node.onExecuted = function (output) {
            onExecuted?.call(this, output);
            const hidden = (this as { hideOutputImages?: boolean }).hideOutputImages;
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
            // Inside of a subgraph it is the numbers of all that lead to it.
            working = String((event as CustomEvent).detail ?? "").split(":").at(-1) ?? "";
        });
        for (const event of ["execution_success", "execution_error", "execution_interrupted"]) {
            api.addEventListener(event, () => {
                clearAll();
                // A picture that the page is still loading comes after the end of the work.
                later.push(...LATER.map((delay) => setTimeout(clearAll, delay)));
            });
        }
    },
});
