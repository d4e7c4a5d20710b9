/** A new element with properties and children. Texts become text nodes, whatever they hold. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
    tag: Tag,
    properties: Partial<HTMLElementTagNameMap[Tag]> = {},
    children: (Node | string)[] = [],
): HTMLElementTagNameMap[Tag] {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
}
