// This pack's templates: listed in the order of use, and shown whole when they are opened.
import { api } from "comfy/api";
import { app } from "comfy/app";
import { ask } from "./shared/server";
import { inOrder } from "./templates/order";
import { bounds, fit, type Box, type Fitted } from "./templates/view";

/** In a template's file, and taken out once it has been shown: of a graph that was saved the page restores the view. */
const MARK = "lipsync_view";
const MARGIN = 12;
const HOLD_MS = 20000;

type View = { scale: number; offset: number[] };

/** Aborted once the view is the user's own, or another graph's. */
let held = new AbortController();

app.registerExtension({
    name: "LipSyncStudio.Templates",
    init() {
        const list = api.getWorkflowTemplates?.bind(api);
        if (!list) return;
        // The server lists files as the file system does, and the page has no other place to ask for an order.
        api.getWorkflowTemplates = async () => {
            const found = await list();
            try {
                const { names } = await ask<{ names: string[] }>("/templates");
                return inOrder(found, names);
            } catch {
                return found;
            }
        };
    },
    beforeConfigureGraph() {
        held.abort();
    },
    afterConfigureGraph() {
        const graph = app.rootGraph ?? app.graph;
        if (!graph.extra?.[MARK]) return;
        delete graph.extra[MARK];
        show(graph);
    },
});

/** The page itself leaves a quarter of the window empty, and texts are too small to be read. */
function show(graph: ComfyGraph): void {
    const { canvas } = app;
    const whole = canvas?.canvas?.getBoundingClientRect();
    const groups = (graph.groups ?? []).map(({ pos, size }): Box => [...pos, ...size]);
    const nodes = graph.nodes.flatMap((node) => (node.getBounding ? [node.getBounding()] : []));
    const box = bounds([...nodes, ...groups]);
    if (!canvas || !whole || !box) return;
    // What no bar covers.
    const free = document.querySelector(".graph-canvas-panel")?.getBoundingClientRect() ?? whole;
    const place: Box = [free.left - whole.left, free.top - whole.top, free.width, free.height];
    hold(graph.id, canvas.ds, fit(box, place, MARGIN));
}

/** Sets the view, and sets it again for a while: some frames later, once its address has changed, the page may show
 * the graph in its own way. What the user does ends that. */
function hold(graph: string | undefined, view: View, { scale, offset }: Fitted): void {
    held.abort();
    const ended = (held = new AbortController());
    for (const kind of ["wheel", "pointerdown", "keydown"]) {
        window.addEventListener(kind, () => ended.abort(), { capture: true, signal: ended.signal });
    }
    const until = performance.now() + HOLD_MS;
    const set = () => {
        if (ended.signal.aborted || (app.rootGraph ?? app.graph).id !== graph) return ended.abort();
        if (view.scale !== scale || view.offset[0] !== offset[0] || view.offset[1] !== offset[1]) {
            view.scale = scale;
            [view.offset[0], view.offset[1]] = offset;
            app.canvas?.setDirty(true, true);
        }
        if (performance.now() < until) requestAnimationFrame(set);
        else ended.abort();
    };
    set();
}
