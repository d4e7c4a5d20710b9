interface Graph {
    readonly nodes?: unknown;
    readonly extra?: { lipsync_samples?: unknown } | null;
    readonly definitions?: { subgraphs?: unknown } | null;
}

/** The names of sample media that a saved graph of a template lists and that its nodes still refer to, those in
 * subgraphs too. */
export function sampleNames(graph: unknown): string[] {
    const { extra, nodes, definitions } = (graph ?? {}) as Graph;
    if (!Array.isArray(extra?.lipsync_samples) || !Array.isArray(nodes)) return [];
    const subgraphs: unknown = definitions?.subgraphs;
    const inside = Array.isArray(subgraphs) ? subgraphs.flatMap((one) => one?.nodes ?? []) : [];
    const values = new Set([...nodes, ...inside].flatMap((node) => Object.values(node?.widgets_values ?? {})));
    return extra.lipsync_samples.filter((name) => typeof name === "string" && values.has(name));
}

/** Whether a loader of the page refers to one of the files and doesn't list it. */
export function isUnlisted(nodes: Pick<ComfyNode, "widgets">[], names: string[]): boolean {
    const widgets = nodes.flatMap((node) => node.widgets ?? []);
    return widgets.some(
        ({ value, options }) =>
            Array.isArray(options?.values) && names.includes(value as string) && !options.values.includes(value),
    );
}
