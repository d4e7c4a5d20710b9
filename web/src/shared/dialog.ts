// What small dialogs of ours are made of.
import { element } from "./dom";
import { showModal } from "./modal";

export const button = (text: string, type: "button" | "submit" = "button"): HTMLButtonElement => {
    const made = element("button", { type, textContent: text });
    made.style.padding = "0.4em 1em";
    return made;
};

export function row(...buttons: HTMLButtonElement[]): HTMLElement {
    const made = element("div", {}, buttons);
    made.style.cssText = "display: flex; gap: 0.5em; justify-content: flex-end;";
    return made;
}

/** Shows the parts above a button that closes them; nothing is left behind. */
export function openSmall(id: string, close: string, parts: (Node | string)[]): void {
    const end = button(close);
    const bottom = row(end);
    bottom.style.marginTop = "1.5em";
    const dialog = element("dialog", { id }, [...parts, bottom]);
    dialog.style.cssText =
        "width: 32em; max-width: 90vw; max-height: 90vh; overflow: auto; margin: auto; padding: 1.5em; border-radius: 8px;" +
        "line-height: 1.5; overflow-wrap: anywhere; border: 1px solid var(--border-color);" +
        "background: var(--comfy-menu-bg); color: var(--input-text);";
    end.onclick = () => dialog.close();
    dialog.onclose = () => dialog.remove();
    document.body.append(dialog);
    showModal(dialog);
}
