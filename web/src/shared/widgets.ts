// Widgets that a page adds to a node between those that the node has, hides, or takes away again.

/** What LiteGraph calls when a node is written down. */
type Serializing = ComfyNode & { onSerialize?(saved: { widgets_values?: unknown[] }): void };

/** Pixels around an element in classic nodes. */
export const MARGIN = 4;

const tidied = new WeakSet<ComfyNode>();

/**
 * An element as a widget that is not saved, behind or before the named one, or at the end.
 *
 * LiteGraph saves a node's values with a gap for each widget that isn't saved, and reads them without; so the gaps are
 * taken out.
 */
export function addElement(
    node: ComfyNode,
    name: string,
    element: HTMLElement,
    options: { height: () => number; grows?: boolean; after?: string; before?: string },
): ComfyWidget {
    const widget = node.addDOMWidget(name, `lipsync_${name}`, element, {
        getMinHeight: options.height,
        margin: MARGIN,
        serialize: false,
    });
    widget.serialize = false;
    // Of one that has a size of its own neither way of drawing nodes makes more where there is room.
    if (!options.grows) {
        Object.assign(widget, { computeLayoutSize: undefined, computeSize: (width: number) => [width, options.height()] });
    }
    const widgets = node.widgets ?? [];
    const beside = widgets.findIndex((one) => one.name === (options.before ?? options.after ?? ""));
    if (beside >= 0) {
        widgets.splice(widgets.indexOf(widget), 1);
        widgets.splice(options.before === undefined ? beside + 1 : beside, 0, widget);
    }
    tidy(node);
    return widget;
}

function tidy(node: Serializing): void {
    if (tidied.has(node)) return;
    tidied.add(node);
    const { onSerialize } = node;
    node.onSerialize = function (saved) {
        onSerialize?.call(this, saved);
        const values = saved.widgets_values;
        if (!Array.isArray(values)) return;
        const widgets = this.widgets ?? [];
        // Later releases of the page leave no gaps.
        if (values.length <= widgets.filter((widget) => widget.serialize !== false).length) return;
        saved.widgets_values = values.filter((_, at) => widgets[at]?.serialize !== false);
    };
}

export function removeWidget(node: ComfyNode, name: string): void {
    const at = node.widgets?.findIndex((one) => one.name === name) ?? -1;
    if (at < 0) return;
    const [widget] = node.widgets!.splice(at, 1);
    (widget as ComfyWidget & { onRemove?(): void })?.onRemove?.();
    widget?.element?.remove();
    node.setDirtyCanvas?.(true, true);
}

/** Shows or hides a widget in both ways of drawing nodes; its value stays. */
export function setHidden(node: ComfyNode, name: string, hidden: boolean): void {
    const widget = node.widgets?.find((one) => one.name === name);
    if (!widget || Boolean(widget.hidden) === hidden) return;
    widget.hidden = hidden;
    widget.options.hidden = hidden;
    redraw(widget);
    node.setDirtyCanvas?.(true, true);
}

/** Nodes 2.0 draw a widget anew when its value changes, not when its options do. */
function redraw(widget: ComfyWidget): void {
    const { value } = widget;
    widget.value = typeof value === "string" ? `${value} ` : value;
    widget.value = value;
}

export function setDisabled(node: ComfyNode, names: readonly string[], disabled: boolean): void {
    for (const widget of node.widgets ?? []) if (names.includes(widget.name)) widget.disabled = disabled;
    node.setDirtyCanvas?.(true, true);
}

/** As high as its widgets need it, where it is lower. */
export function grow(node: ComfyNode): void {
    const [width, height] = node.size;
    const needed = node.computeSize?.()[1] ?? height;
    if (needed > height) node.setSize?.([width, needed]);
    node.setDirtyCanvas?.(true, true);
}

export const kindOf = (node: ComfyNode): string | undefined =>
    (node.constructor as { comfyClass?: string }).comfyClass ?? node.comfyClass;

export function isWired(node: ComfyNode, input: string): boolean {
    return node.inputs?.find((one) => one.name === input)?.link != null;
}

/** Calls when what is connected to a node may have changed, and when its values have come out of a file. */
export function onWires(node: ComfyNode, changed: () => void): void {
    const { onConnectionsChange, onConfigure } = node;
    node.onConnectionsChange = function (...given) {
        onConnectionsChange?.apply(this, given);
        changed();
    };
    node.onConfigure = function (saved) {
        onConfigure?.call(this, saved);
        changed();
    };
}

/** The nodes that an output is wired to, through reroutes. */
export function targets(node: ComfyNode, slot: number): ComfyNode[] {
    return (node.outputs?.[slot]?.links ?? []).flatMap((id) => {
        const link = node.graph?.getLink?.(id);
        const target = link && node.graph?.getNodeById(link.target_id);
        if (!target) return [];
        return target.type === "Reroute" ? targets(target, 0) : [target];
    });
}

/** The node that an input is wired to, through reroutes. */
export function origin(node: ComfyNode, input: string): ComfyNode | undefined {
    const id = node.inputs?.find((one) => one.name === input)?.link;
    const link = id == null ? undefined : node.graph?.getLink?.(id);
    const from = link && node.graph?.getNodeById(link.origin_id);
    if (!from) return undefined;
    return from.type === "Reroute" ? origin(from, from.inputs?.[0]?.name ?? "") : from;
}
