/** The names of sample media that a saved graph of a template lists and that its nodes still refer to. */
export function sampleNames(graph: unknown): string[] {
    const { extra, nodes } = (graph ?? {}) as { extra?: { lipsync_samples?: unknown }; nodes?: unknown };
    if (!Array.isArray(extra?.lipsync_samples) || !Array.isArray(nodes)) return [];
    const values = new Set(nodes.flatMap((node) => Object.values(node?.widgets_values ?? {})));
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
