// What runs send for a node: when it comes, and again for the node that the page has made anew since.
import { app } from "comfy/app";
import { allNodes } from "./node_place";

type Take = (output: any, again: boolean) => void;

/** Of nodes that have got nothing yet. */
const takers = new WeakMap<ComfyNode, Take>();

/** again: whether it was seen before, on the node that was there then. Needs `bringBack`. */
export function onResults(node: ComfyNode, take: Take): void {
    takers.set(node, take);
    const { onExecuted } = node;
    node.onExecuted = function (output) {
        onExecuted?.call(this, output);
        takers.delete(node);
        take(output, false);
    };
}

/** For `onNodeOutputsUpdated`, with what the page keeps of runs: where a workflow's tab is opened again or a step is
 * undone, it makes all nodes anew and brings that back. */
export function bringBack(outputs: Readonly<Record<string, unknown>>): void {
    for (const node of allNodes()) {
        const [take, output] = [takers.get(node), outputs[locator(node)]];
        if (!take || !output) continue;
        takers.delete(node);
        take(output, true);
    }
}

/** As the page names nodes in what it keeps of them. */
export function locator(node: ComfyNode): string {
    return node.graph && node.graph !== (app.rootGraph ?? app.graph) ? `${node.graph.id}:${node.id}` : String(node.id);
}
