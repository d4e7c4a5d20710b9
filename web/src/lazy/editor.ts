// Loaded when the editor is first opened.
import { parseEdits } from "../editor/edits";
import { Editor } from "../editor/editor";
import { readPeaks } from "../editor/peaks";
import type { Saved } from "../editor/saving";
import type { Entry } from "../editor/words";

export type { Saved };

/** Addresses of what the node wrote (nodes/timestamp_editor.py says what is in it). */
export interface Files {
    readonly audio: string;
    readonly peaks: string;
    readonly words: string;
}

export interface Request {
    readonly title: string;
    readonly files: Files;
    /** What the node keeps; a text that can't be read is no edits. */
    readonly edits: string;
    save(edits: string): Saved;
    closed(): void;
}

async function fetched(address: string): Promise<Response> {
    const response = await fetch(address);
    if (!response.ok) throw new Error(String(response.status));
    return response;
}

/** Throws where the files are gone. */
export async function openEditor({ title, files, edits, save, closed }: Request): Promise<Editor> {
    const [words, peaks] = await Promise.all([
        fetched(files.words).then((response) => response.json()),
        fetched(files.peaks).then((response) => response.arrayBuffer()),
    ]);
    const base = { base: words.base as string, duration: words.duration as number, words: words.words as Entry[] };
    let saved = parseEdits("");
    try {
        saved = parseEdits(edits);
    } catch {
        // The node says so when it runs; here they can be made anew.
    }
    const editor = new Editor({ title, audio: files.audio, base, levels: readPeaks(peaks, words.levels), saved, save, closed });
    editor.open();
    return editor;
}
