// Where a node is, so that it is found again when the page has loaded its graph anew: that makes another object of it.
import { app } from "comfy/app";

/** A graph that was cleared has no id of its own yet. */
const UNNAMED = "00000000-0000-0000-0000-000000000000";

export interface NodePlace {
    readonly type: string;
    readonly node: number | string;
    /** The subgraph that holds it. */
    readonly subgraph?: string;
    readonly graph?: string;
    /** The root graph's nodes, for a graph without an id. */
    readonly nodes: string;
    readonly workflow?: string;
    /** The other workflows that were open. */
    readonly others: readonly string[];
}

const rootGraph = (): ComfyGraph => app.rootGraph ?? app.graph;

/** Of the open workflow, those in subgraphs too. */
export function allNodes(graph: ComfyGraph = rootGraph()): ComfyNode[] {
    return graph.nodes.flatMap((node) => (node.subgraph ? [node, ...allNodes(node.subgraph)] : [node]));
}

export function placeOf(node: ComfyNode): NodePlace {
    const root = rootGraph();
    const { workflow } = app.extensionManager;
    const active = workflow?.activeWorkflow?.path;
    return {
        type: node.type,
        node: node.id,
        subgraph: node.graph && node.graph !== root ? node.graph.id : undefined,
        graph: root.id,
        nodes: listed(root),
        workflow: active,
        others: (workflow?.openWorkflows ?? []).flatMap(({ path }) => (path && path !== active ? [path] : [])),
    };
}

/** The node that is there now; null where it is gone, or where another workflow is the open one. */
export function nodeAt(place: NodePlace): ComfyNode | null {
    const root = rootGraph();
    if (!isWorkflowOf(place, root)) return null;
    const graph = place.subgraph === undefined ? root : root.subgraphs?.get(place.subgraph);
    const node = graph?.getNodeById(place.node);
    return node?.type === place.type ? node : null;
}

function isWorkflowOf(place: NodePlace, root: ComfyGraph): boolean {
    const active = app.extensionManager.workflow?.activeWorkflow?.path;
    // Two tabs may hold the same file.
    if (active && place.others.includes(active)) return false;
    if (isNamed(place.graph) && isNamed(root.id)) return place.graph === root.id;
    return active === place.workflow || place.nodes === listed(root);
}

function isNamed(id: string | undefined): boolean {
    return Boolean(id) && id !== UNNAMED;
}

function listed(graph: ComfyGraph): string {
    return graph.nodes.map(({ id, type }) => `${id} ${type}`).sort().join("\n");
}
