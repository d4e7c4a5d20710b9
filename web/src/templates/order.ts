/** Names of templates by the folder of the pack they come from. */
export type Templates = Record<string, string[]>;

/** The templates with those of the pack that has `names` in that order; others of it come last, as they were. */
export function inOrder(templates: Templates, names: readonly string[]): Templates {
    const place = (name: string) => (names.includes(name) ? names.indexOf(name) : names.length);
    return Object.fromEntries(
        Object.entries(templates).map(([pack, listed]) => [
            pack,
            listed.some((name) => names.includes(name)) ? [...listed].sort((a, b) => place(a) - place(b)) : listed,
        ]),
    );
}
