// Small dialogs over the editor: the list of keys, and what to do with unsaved changes.
import { element } from "../shared/dom";
import { keyLabel, SHORTCUTS } from "./keys";
import type { Texts } from "./texts";

function popup(title: string, parts: Node[]): HTMLDialogElement {
    const heading = element("h2", { textContent: title, id: "lipsync-popup-title" });
    const dialog = element("dialog", { className: "lipsync-editor-small lipsync-editor" }, [heading, ...parts]);
    dialog.setAttribute("aria-labelledby", heading.id);
    dialog.addEventListener("close", () => dialog.remove());
    return dialog;
}

export function showShortcuts(host: HTMLElement, texts: Texts): void {
    const rows = SHORTCUTS.flatMap(({ text, keys }) => {
        const names = Object.keys(keys).flatMap((name, index) => [
            ...(index ? [" "] : []),
            element("kbd", { textContent: keyLabel(name) }),
        ]);
        return [element("dt", {}, names), element("dd", { textContent: texts[text] })];
    });
    const close = element("button", { type: "button", textContent: texts.close });
    const dialog = popup(texts.shortcuts, [element("dl", {}, rows), close]);
    close.onclick = () => dialog.close();
    host.append(dialog);
    dialog.showModal();
    // The focus is at its end.
    dialog.scrollTop = 0;
}

/** null: neither, go on editing. */
export function askToSave(host: HTMLElement, texts: Texts): Promise<"save" | "discard" | null> {
    return new Promise((answer) => {
        const choice = (label: string, value: string) =>
            element("button", { type: "button", textContent: label, onclick: () => dialog.close(value) });
        const save = choice(texts.save, "save");
        save.className = "strong";
        const bar = element("div", { className: "bar" }, [
            save,
            choice(texts.discard, "discard"),
            choice(texts.keepEditing, ""),
        ]);
        const dialog = popup(texts.askTitle, [bar]);
        dialog.addEventListener("close", () => answer((dialog.returnValue || null) as "save" | "discard" | null));
        host.append(dialog);
        dialog.showModal();
        save.focus();
    });
}
