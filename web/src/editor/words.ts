// Words in time as the editor holds them. Times are whole milliseconds; nothing here changes in place.

/** first: it begins a line. space: one follows it. from: the timings' words that it stems from, in order. voice: who
 * sings its line, "" where nobody is named. layer: 0 unless that voice sings another line at the same time. */
export interface Word {
    readonly text: string;
    readonly start: number;
    readonly end: number;
    readonly first: boolean;
    readonly space: boolean;
    readonly from: readonly number[];
    readonly voice: string;
    readonly layer: number;
}

type Plain = readonly [text: string, start: number, end: number, first: number, space: number];

/** As the server and the workflow hold a word: and where a person has named another voice than the timings do for the
 * line that begins there, that voice. */
export type Entry = Plain | readonly [...Plain, voice: string];

/** Words [from, to). */
export interface Range {
    readonly from: number;
    readonly to: number;
}

export function toEntry(word: Word): Plain {
    return [word.text, word.start, word.end, Number(word.first), Number(word.space)];
}

export function sameEntry(one: Entry, other: Entry): boolean {
    return one.length === other.length && one.every((part, index) => part === other[index]);
}

export function indicesOf({ from, to }: Range): number[] {
    return Array.from({ length: Math.max(to - from, 0) }, (_, k) => from + k);
}

/** The lines' ranges, in order. */
export function linesOf(words: readonly Word[]): Range[] {
    const lines: Range[] = [];
    let from = 0;
    for (let index = 1; index <= words.length; index++) {
        if (index < words.length && !words[index]!.first) continue;
        lines.push({ from, to: index });
        from = index;
    }
    return lines;
}

/** The line that holds a word. */
export function lineAt(words: readonly Word[], index: number): Range {
    let from = index;
    while (from > 0 && !words[from]!.first) from--;
    let to = index + 1;
    while (to < words.length && !words[to]!.first) to++;
    return { from, to };
}

export function textOf(words: readonly Word[]): string {
    return words.map((word) => word.text + (word.space ? " " : "")).join("").trimEnd();
}

// The first letter of a script tells, as browsers do it for a paragraph.
const LETTER = /\p{L}/u;
const RIGHT_TO_LEFT = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;

export function directionOf(text: string): "ltr" | "rtl" {
    return RIGHT_TO_LEFT.test(LETTER.exec(text)?.[0] ?? "") ? "rtl" : "ltr";
}
