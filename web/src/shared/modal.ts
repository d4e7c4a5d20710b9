// A modal dialog of ours keeps to itself what is typed, copied, pasted and dropped while it is open.
import { app } from "comfy/app";

const KINDS = ["keydown", "keypress", "keyup", "copy", "cut", "paste", "dragenter", "dragover", "drop"] as const;

export type Heard = KeyboardEvent | ClipboardEvent;

const dialogs = new Set<HTMLDialogElement>();
const isOpen = (dialog: HTMLDialogElement): boolean => dialog.open && dialog.isConnected;

/**
 * Shows the dialog. Until it closes, nothing of the page behind it gets an event of these kinds; `heard` gets keys
 * pressed and the clipboard's events instead, wherever the focus is. What the browser does with them by itself, such
 * as typing, Tab and F5, goes on unless `heard` prevents it.
 */
export function showModal(dialog: HTMLDialogElement, heard: (event: Heard) => void = () => {}): void {
    const down = new Set<string>();
    // On the window: ComfyUI and other packs listen there and on the document, before any element is asked.
    const take = (event: Event): void => {
        if (!isOpen(dialog)) return;
        const other = event.target instanceof Element && event.target.closest("dialog");
        // Another modal dialog, over this one.
        if (other && !dialog.contains(other)) return;
        if (event instanceof DragEvent) return refuse(event);
        if (event.type === "keydown") {
            down.add((event as KeyboardEvent).code);
            holdUndo();
        }
        // A key that was pressed in the page is let go there, too.
        else if (event.type === "keyup" && !down.delete((event as KeyboardEvent).code)) return;
        event.stopImmediatePropagation();
        if (event.type === "keydown" || event instanceof ClipboardEvent) heard(event as Heard);
    };
    for (const kind of KINDS) window.addEventListener(kind, take, true);
    dialogs.add(dialog);
    dialog.addEventListener("close", () => {
        dialogs.delete(dialog);
        for (const kind of KINDS) window.removeEventListener(kind, take, true);
    });
    dialog.showModal();
}

/** A dropped file would open as another workflow behind the dialog. */
function refuse(event: DragEvent): void {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    event.dataTransfer.dropEffect = "none";
}

const held = new WeakSet<object>();

/**
 * ComfyUI's change tracker listened on the window before any pack was loaded, so Ctrl+Z can't be kept from it. Its undo
 * and redo load the whole graph anew; they do nothing while a dialog is open.
 */
function holdUndo(): void {
    const tracker = app.extensionManager.workflow?.activeWorkflow?.changeTracker;
    const methods = tracker && Object.getPrototypeOf(tracker);
    if (!methods || held.has(methods)) return;
    held.add(methods);
    for (const name of ["undo", "redo"]) {
        const own = methods[name];
        if (typeof own !== "function") continue;
        methods[name] = async function (this: unknown, ...given: unknown[]) {
            return [...dialogs].some(isOpen) ? undefined : own.apply(this, given);
        };
    }
}
