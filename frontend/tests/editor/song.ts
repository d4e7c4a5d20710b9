import type { Base } from "../../../web/src/editor/edits";
import { applyEdits } from "../../../web/src/editor/edits";
import { type Entry, toEntry, type Word } from "../../../web/src/editor/words";

/** Slow river run / la la la, 5 s. */
export const SONG: readonly Entry[] = [
    ["Slow", 1000, 1400, 1, 1],
    ["river", 1500, 2000, 0, 1],
    ["run", 2000, 2600, 0, 1],
    ["la", 3000, 3300, 1, 1],
    ["la", 3300, 3600, 0, 1],
    ["la", 3600, 4000, 0, 1],
];
export const DURATION = 5000;

export function baseOf(words: readonly Entry[] = SONG): Base {
    return { base: "mark", duration: DURATION, words };
}

export function wordsOf(words: readonly Entry[] = SONG): Word[] {
    return applyEdits(baseOf(words), { version: 1, base: "mark", edits: [] }).words;
}

export function entriesOf(words: readonly Word[]): Entry[] {
    return words.map(toEntry);
}

/** "Slow[1000-1400] …", lines apart. */
export function shown(words: readonly Word[]): string {
    return words
        .map((word, k) => `${k && word.first ? "/ " : ""}${word.text}[${word.start}-${word.end}]`)
        .join(" ");
}
