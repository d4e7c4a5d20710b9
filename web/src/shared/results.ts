// What runs send for a node: when it comes, and again for the node that the page has made anew since.
import { app } from "comfy/app";
import { allNodes } from "./node_place";

/** Milliseconds that the page may take to bring it back, as where it reads a workflow's file first. */
const PATIENCE = 5000;

type Take = (output: any, again: boolean) => void;

const takers = new WeakMap<ComfyNode, Take>();

/** again: whether it was seen before, on the node that was there then. Needs `bringBack`. */
export function onResults(node: ComfyNode, take: Take): void {
    takers.set(node, take);
    const { onExecuted } = node;
    node.onExecuted = function (output) {
        onExecuted?.call(this, output);
        // What a run has sent now is not replaced by what was brought back.
        takers.delete(node);
        take(output, false);
    };
}

/**
 * For `afterConfigureGraph`. Where a workflow's tab is opened again or a step is undone, the page makes all nodes anew,
 * and soon after brings back what was sent for them, but tells nobody.
 */
export function bringBack(): void {
    const empty = app.nodeOutputs;
    const until = performance.now() + PATIENCE;
    const look = (): void => {
        if (app.nodeOutputs === empty) {
            if (performance.now() < until) requestAnimationFrame(look);
            return;
        }
        for (const node of allNodes()) {
            const output = app.nodeOutputs?.[locator(node)];
            if (output) takers.get(node)?.(output, true);
            takers.delete(node);
        }
    };
    look();
}

/** As the page names nodes in what it keeps of them. */
export function locator(node: ComfyNode): string {
    return node.graph && node.graph !== (app.rootGraph ?? app.graph) ? `${node.graph.id}:${node.id}` : String(node.id);
}
