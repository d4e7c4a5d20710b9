// Words in time as the editor holds them. Times are whole milliseconds; nothing here changes in place.

/** first: it begins a line. space: one follows it. from: the timings' words that it stems from, in order. */
export interface Word {
    readonly text: string;
    readonly start: number;
    readonly end: number;
    readonly first: boolean;
    readonly space: boolean;
    readonly from: readonly number[];
}

/** As the server and the workflow hold a word: [text, start, end, first, space]. */
export type Entry = readonly [string, number, number, number, number];

/** Words [from, to). */
export interface Range {
    readonly from: number;
    readonly to: number;
}

export function toEntry(word: Word): Entry {
    return [word.text, word.start, word.end, Number(word.first), Number(word.space)];
}

export function sameEntry(one: Entry, other: Entry): boolean {
    return one.every((part, index) => part === other[index]);
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

/** The last word that has begun at a time, or -1. */
export function wordBefore(words: readonly Word[], time: number): number {
    let low = 0;
    let high = words.length;
    while (low < high) {
        const middle = (low + high) >> 1;
        if (words[middle]!.start <= time) low = middle + 1;
        else high = middle;
    }
    return low - 1;
}
