import { element } from "./dom";

/** Copies a text, also where the page has no clipboard of its own, which it has on secure addresses only. False if the
 * browser refuses. place: in the open dialog, because nothing outside it can be selected. */
export function copyText(text: string, place: HTMLElement): boolean {
    const focused = document.activeElement;
    const field = element("textarea", { value: text });
    place.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    if (focused instanceof HTMLElement) focused.focus();
    return done;
}
