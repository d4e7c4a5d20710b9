// Loaded when the editor is first opened.
import { type Base, parseEdits } from "../editor/edits";
import { Editor } from "../editor/editor";
import type { Drafts } from "../editor/keeping";
import { readPeaks } from "../editor/peaks";
import type { Drawing, Wanted } from "../editor/preview";
import type { Saved } from "../editor/saving";

export type { Drafts, Drawing, Saved, Wanted };

/** Addresses of what the node wrote (nodes/timestamp_editor.py says what is in it). */
export interface Files {
    readonly audio: string;
    readonly peaks: string;
    readonly words: string;
}

interface Request {
    readonly title: string;
    readonly files: Files;
    /** What the node keeps; a text that can't be read is no edits. */
    readonly edits: string;
    readonly drafts: Drafts;
    readonly drawing: Drawing | null;
    save(edits: string): Saved;
    closed(): void;
}

async function fetched(address: string): Promise<Response> {
    const response = await fetch(address);
    if (!response.ok) throw new Error(String(response.status));
    return response;
}

/** Throws where the files are gone. */
export async function openEditor({ title, files, edits, drafts, drawing, save, closed }: Request): Promise<Editor> {
    const [words, peaks] = await Promise.all([
        fetched(files.words).then((response) => response.json()),
        fetched(files.peaks).then((response) => response.arrayBuffer()),
    ]);
    const { language, levels, ...base }: Base & { language: string; levels: [number, number][] } = words;
    let saved = parseEdits("");
    try {
        saved = parseEdits(edits);
    } catch {
        // The node says so when it runs; here they can be made anew.
    }
    const editor = new Editor({
        title,
        audio: files.audio,
        base,
        levels: readPeaks(peaks, levels),
        saved,
        language,
        drafts,
        drawing,
        save,
        closed,
    });
    editor.open();
    return editor;
}
