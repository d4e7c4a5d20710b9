import { element } from "./dom";

/** Colours of people are those of the pictures, and not all of them are seen on every theme. */
const OUTLINE = "-webkit-text-stroke: 2px var(--input-text); paint-order: stroke;";

/** A small round button on a node. colour: of a dot before its text. */
export function chip(text: string, title: string, chosen: boolean, pressed: (event: MouseEvent) => void, colour = ""): HTMLElement {
    const made = element("button", { type: "button", textContent: text, title, onclick: pressed });
    made.ariaPressed = String(chosen);
    made.style.cssText =
        "flex: none; max-width: 100%; padding: 2px 8px; border-radius: 10px; font: 12px/1.4 sans-serif; cursor: pointer;" +
        "overflow: hidden; text-overflow: ellipsis; white-space: nowrap; color: var(--input-text);" +
        `background: ${chosen ? "color-mix(in srgb, var(--input-text) 15%, var(--comfy-input-bg))" : "var(--comfy-input-bg)"};` +
        `border: 1px solid ${chosen ? "var(--input-text)" : colour || "var(--border-color)"};`;
    if (colour) made.prepend(Object.assign(element("span", { textContent: "● " }), { style: `color: ${colour}; ${OUTLINE}` }));
    return made;
}
