// What a person can do to words: each takes words and makes new ones. Words keep their order, and an edit never
// makes two overlap that did not.
import type { Range, Word } from "./words";

/** Shorter is not seen, heard or hit with a pointer. */
export const SHORTEST = 20;
const NEW_WORD = 400;

export type Edge = "start" | "end";

/** What keeps a word from going farther: it or its neighbour would get too short, the neighbour is in the way or
 * overlaps it already, or the audio begins or ends there. */
export interface Blocked {
    readonly by: "shortest" | "neighbour" | "overlap" | "first" | "last";
    /** The text of the word that it is about. */
    readonly word: string;
}

export interface Moved {
    readonly words: readonly Word[];
    /** How far it went, milliseconds. */
    readonly by: number;
    /** Why no farther; null where it went all the way. */
    readonly blocked: Blocked | null;
}

interface Limit {
    readonly time: number;
    readonly blocked: Blocked;
}

/** Words touch where one ends when the next begins: three quarters of a song's words do. */
export function touches(before: Word | undefined, after: Word | undefined): boolean {
    return before !== undefined && after !== undefined && before.end === after.start;
}

/** Whole words, by a time that is cut to the room there is. Neighbours that are in the way get shorter; alone: they
 * stay as they are. */
export function move(words: readonly Word[], range: Range, by: number, duration: number, alone = false): Moved {
    const [start, end] = [words[range.from]!.start, words[range.to - 1]!.end];
    const high = latest(words, range.to - 1, duration, alone);
    const last = { ...high, time: high.time - (end - start) };
    const { time, blocked } = within(start + by, earliest(words, range.from, alone), last);
    const step = time - start;
    const moved = words.map((word, index) =>
        index < range.from || index >= range.to ? word : { ...word, start: word.start + step, end: word.end + step },
    );
    cut(moved, words, range);
    return { words: moved, by: step, blocked };
}

/** One edge of a word, to a time that is cut to the room there is. Where the neighbour touches it, the border between
 * them moves; a neighbour that is in the way gets shorter. alone: the neighbour stays as it is. */
export function drag(
    words: readonly Word[],
    index: number,
    edge: Edge,
    to: number,
    duration: number,
    alone = false,
): Moved {
    const word = words[index]!;
    const own = { by: "shortest", word: word.text } as const;
    const [low, high] =
        edge === "start"
            ? [earliest(words, index, alone), { time: Math.max(word.start, word.end - SHORTEST), blocked: own }]
            : [{ time: Math.min(word.end, word.start + SHORTEST), blocked: own }, latest(words, index, duration, alone)];
    const { time, blocked } = within(to, low, high);
    const moved = put(words, index, { ...word, [edge]: time });
    const beside = edge === "start" ? index - 1 : index + 1;
    const joined = edge === "start" ? touches(words[beside], word) : touches(word, words[beside]);
    if (joined && !alone) moved[beside] = { ...words[beside]!, [edge === "start" ? "end" : "start"]: time };
    else cut(moved, words, { from: index, to: index + 1 });
    return { words: moved, by: time - word[edge], blocked };
}

function earliest(words: readonly Word[], index: number, alone: boolean): Limit {
    const [before, word] = [words[index - 1], words[index]!];
    if (!before) return { time: Math.min(word.start, 0), blocked: { by: "first", word: word.text } };
    const because = (by: Blocked["by"], time: number): Limit => ({ time, blocked: { by, word: before.text } });
    if (before.end > word.start) return because("overlap", word.start);
    return alone ? because("neighbour", before.end) : because("shortest", Math.min(before.end, before.start + SHORTEST));
}

function latest(words: readonly Word[], index: number, duration: number, alone: boolean): Limit {
    const [word, after] = [words[index]!, words[index + 1]];
    if (!after) return { time: Math.max(word.end, duration), blocked: { by: "last", word: word.text } };
    const because = (by: Blocked["by"], time: number): Limit => ({ time, blocked: { by, word: after.text } });
    if (word.end > after.start) return because("overlap", word.end);
    return alone ? because("neighbour", after.start) : because("shortest", Math.max(after.start, after.end - SHORTEST));
}

function within(wanted: number, low: Limit, high: Limit): { time: number; blocked: Blocked | null } {
    const time = Math.round(wanted);
    return time < low.time ? low : time > high.time ? high : { time, blocked: null };
}

/** The neighbours of a range that has run into them end, or begin, where it does. */
function cut(moved: Word[], words: readonly Word[], range: Range): void {
    const [before, after] = [range.from - 1, range.to];
    const [start, end] = [moved[range.from]!.start, moved[range.to - 1]!.end];
    const apart = (index: number) => words[index]!.end <= words[index + 1]!.start;
    if (before >= 0 && apart(before) && words[before]!.end > start) moved[before] = { ...words[before]!, end: start };
    if (after < words.length && apart(after - 1) && words[after]!.start < end) {
        moved[after] = { ...words[after]!, start: end };
    }
}

/** At a time inside it, or in its middle. What is shown stays the same: no space comes in unless one was there. */
export function split(words: readonly Word[], index: number, time: number): Word[] {
    const word = words[index]!;
    const letters = graphemes(word.text);
    if (letters.length < 2 || word.end - word.start < 2 * SHORTEST) return [...words];
    const inside = time >= word.start + SHORTEST && time <= word.end - SHORTEST;
    const share = inside ? (time - word.start) / (word.end - word.start) : 0.5;
    const at = Math.round(inside ? time : (word.start + word.end) / 2);
    const cut = cutOf(letters, share);
    const left = letters.slice(0, cut).join("");
    const right = letters.slice(cut).join("");
    return [
        ...words.slice(0, index),
        { ...word, text: left.trimEnd(), end: at, space: left !== left.trimEnd() || right !== right.trimStart() },
        { ...word, text: right.trimStart(), start: at, first: false },
        ...words.slice(index + 1),
    ];
}

/** The words of a range become one, from the first one's start to the last one's end. */
export function merge(words: readonly Word[], range: Range): Word[] {
    const parts = words.slice(range.from, range.to);
    if (parts.length < 2) return [...words];
    const [first, last] = [parts[0]!, parts.at(-1)!];
    const text = parts.map((word, k) => word.text + (word.space && k < parts.length - 1 ? " " : "")).join("");
    const from = [...new Set(parts.flatMap((word) => word.from))].sort((a, b) => a - b);
    const one = { ...first, text, end: Math.max(first.end, last.end), space: last.space, from };
    return [...words.slice(0, range.from), one, ...words.slice(range.to)];
}

/** A new word after another one (-1: before all), in the gap that begins there; null where there is none. */
export function insert(
    words: readonly Word[],
    after: number,
    text: string,
    time: number,
    duration: number,
): Word[] | null {
    const [before, next] = [words[after], words[after + 1]];
    const low = before ? before.end : 0;
    const high = Math.max(next ? next.start : duration, low);
    if (high - low < SHORTEST) return null;
    const start = Math.round(clamp(time, low, Math.max(low, high - NEW_WORD)));
    const end = Math.round(Math.min(start + NEW_WORD, high));
    const first = !before;
    const made: Word = { text, start, end, first, space: true, from: [] };
    const rest = words.slice(after + 1);
    // Before the first word it begins that word's line.
    if (first && rest[0]) rest[0] = { ...rest[0], first: false };
    return [...words.slice(0, after + 1), made, ...rest];
}

export function remove(words: readonly Word[], range: Range): Word[] {
    const rest = words.slice(range.to);
    const began = words.slice(range.from, range.to).some((word) => word.first);
    if (rest[0] && began) rest[0] = { ...rest[0], first: true };
    return [...words.slice(0, range.from), ...rest];
}

export function setText(words: readonly Word[], index: number, text: string): Word[] {
    const clean = text.replace(/\s+/g, " ").trim();
    return clean ? put(words, index, { ...words[index]!, text: clean }) : [...words];
}

/** A line begins at the word, or no longer does. */
export function toggleLine(words: readonly Word[], index: number): Word[] {
    return index === 0 ? [...words] : put(words, index, { ...words[index]!, first: !words[index]!.first });
}

export function toggleSpace(words: readonly Word[], index: number): Word[] {
    return put(words, index, { ...words[index]!, space: !words[index]!.space });
}

/** Words from `first` on begin at the times, one after the other; the last ends at the last time, of which there is
 * one more than words. What is in the way gives way: earlier words end sooner, later ones are pushed back. */
export function place(words: readonly Word[], first: number, times: readonly number[], duration: number): Word[] {
    const result = [...words];
    const last = first + times.length - 1;
    const floor = first > 0 ? Math.min(words[first - 1]!.start + SHORTEST, words[first]!.start) : 0;
    let least = floor;
    for (let index = first; index < last; index++) {
        const start = Math.round(Math.max(times[index - first]!, least));
        const end = Math.round(Math.max(times[index - first + 1]!, start + SHORTEST));
        result[index] = { ...result[index]!, start, end };
        least = end;
    }
    const before = result[first - 1];
    if (before && before.end > result[first]!.start) {
        result[first - 1] = { ...before, end: Math.max(result[first]!.start, before.start) };
    }
    for (let index = last; index < result.length && result[index]!.start < result[index - 1]!.end; index++) {
        // It gets shorter before it pushes the one after it.
        const start = result[index - 1]!.end;
        result[index] = { ...result[index]!, start, end: Math.max(result[index]!.end, start + SHORTEST) };
    }
    return fitted(result, duration, words);
}

/** Words that were pushed over the end come back. */
function fitted(words: Word[], duration: number, before: readonly Word[]): Word[] {
    let limit = Math.max(duration, before.at(-1)?.end ?? 0);
    for (let index = words.length - 1; index >= 0 && words[index]!.end > limit; index--) {
        const word = words[index]!;
        const end = limit;
        const start = Math.max(0, Math.min(word.start, end - SHORTEST));
        words[index] = { ...word, start, end };
        limit = start;
    }
    return words;
}

function put(words: readonly Word[], index: number, word: Word): Word[] {
    const result = [...words];
    result[index] = word;
    return result;
}

function clamp(value: number, low: number, high: number): number {
    return Math.min(Math.max(value, low), high);
}

/** Letters as people count them. */
function graphemes(text: string): string[] {
    return [...new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(text)].map((one) => one.segment);
}

/** After how many letters to cut: at the space nearest to the share, else at the share itself. */
function cutOf(letters: readonly string[], share: number): number {
    const wanted = clamp(Math.round(letters.length * share), 1, letters.length - 1);
    const spaces = letters.flatMap((letter, index) =>
        /\s/.test(letter) && index > 0 && index < letters.length - 1 ? [index] : [],
    );
    return spaces.sort((a, b) => Math.abs(a - wanted) - Math.abs(b - wanted))[0] ?? wanted;
}
