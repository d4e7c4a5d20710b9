// What a person can do to words: each takes words and makes new ones. Words keep their order, and an edit never
// makes two of a lane overlap that did not. Voices don't get in each other's way.
import { type Timeline, timelineOf } from "./timeline";
import { lineAt, type Range, type Word } from "./words";

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

/** Whole words, by a time that is cut to the room there is; they need not follow one another. Neighbours that are in the
 * way get shorter; alone: they stay as they are. */
export function moveAll(
    words: readonly Word[],
    picked: readonly number[],
    by: number,
    duration: number,
    alone = false,
): Moved {
    const timeline = timelineOf(words);
    const runs = runsOf(timeline, picked);
    let low = NO_LIMIT;
    let high = NO_LIMIT;
    for (const { first, last } of runs) {
        const early = earliest(words, timeline, first, alone);
        const late = latest(words, timeline, last, duration, alone);
        // Of the word's own time, so that those of several voices can be compared.
        const back = early.time - words[first]!.start;
        const on = late.time - words[last]!.end;
        if (low === NO_LIMIT || back > low.time) low = { ...early, time: back };
        if (high === NO_LIMIT || on < high.time) high = { ...late, time: on };
    }
    const { time: step, blocked } = within(by, low, high);
    const moved = [...words];
    for (const index of picked) {
        const word = words[index]!;
        moved[index] = { ...word, start: word.start + step, end: word.end + step };
    }
    for (const run of runs) cut(moved, words, timeline, run);
    return { words: moved, by: step, blocked };
}

const NO_LIMIT: Limit = { time: 0, blocked: { by: "first", word: "" } };

/** Words of a lane, one after the other: the first and the last of them. */
interface Run {
    readonly first: number;
    readonly last: number;
}

function runsOf(timeline: Timeline, picked: readonly number[]): Run[] {
    const listed = [...picked].sort(
        (a, b) => timeline.laneOf(a) - timeline.laneOf(b) || timeline.placeOf(a) - timeline.placeOf(b),
    );
    const runs: { first: number; last: number }[] = [];
    for (const index of listed) {
        const run = runs.at(-1);
        if (run && timeline.after(run.last) === index) run.last = index;
        else runs.push({ first: index, last: index });
    }
    return runs;
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
    const timeline = timelineOf(words);
    const own = { by: "shortest", word: word.text } as const;
    const [low, high] =
        edge === "start"
            ? [earliest(words, timeline, index, alone), { time: Math.max(word.start, word.end - SHORTEST), blocked: own }]
            : [
                  { time: Math.min(word.end, word.start + SHORTEST), blocked: own },
                  latest(words, timeline, index, duration, alone),
              ];
    const { time, blocked } = within(to, low, high);
    const moved = put(words, index, { ...word, [edge]: time });
    const beside = edge === "start" ? timeline.before(index) : timeline.after(index);
    const joined = edge === "start" ? touches(words[beside], word) : touches(word, words[beside]);
    if (joined && !alone) moved[beside] = { ...words[beside]!, [edge === "start" ? "end" : "start"]: time };
    else cut(moved, words, timeline, { first: index, last: index });
    return { words: moved, by: time - word[edge], blocked };
}

function earliest(words: readonly Word[], timeline: Timeline, index: number, alone: boolean): Limit {
    const [before, word] = [words[timeline.before(index)], words[index]!];
    if (!before) return { time: Math.min(word.start, 0), blocked: { by: "first", word: word.text } };
    const because = (by: Blocked["by"], time: number): Limit => ({ time, blocked: { by, word: before.text } });
    if (before.end > word.start) return because("overlap", word.start);
    return alone ? because("neighbour", before.end) : because("shortest", Math.min(before.end, before.start + SHORTEST));
}

function latest(
    words: readonly Word[],
    timeline: Timeline,
    index: number,
    duration: number,
    alone: boolean,
): Limit {
    const [word, after] = [words[index]!, words[timeline.after(index)]];
    if (!after) return { time: Math.max(word.end, duration), blocked: { by: "last", word: word.text } };
    const because = (by: Blocked["by"], time: number): Limit => ({ time, blocked: { by, word: after.text } });
    if (word.end > after.start) return because("overlap", word.end);
    return alone ? because("neighbour", after.start) : because("shortest", Math.max(after.start, after.end - SHORTEST));
}

function within(wanted: number, low: Limit, high: Limit): { time: number; blocked: Blocked | null } {
    const time = Math.round(wanted);
    return time < low.time ? low : time > high.time ? high : { time, blocked: null };
}

/** The neighbours of words that have run into them end, or begin, where these do. */
function cut(moved: Word[], words: readonly Word[], timeline: Timeline, { first, last }: Run): void {
    const [before, after] = [timeline.before(first), timeline.after(last)];
    const [start, end] = [moved[first]!.start, moved[last]!.end];
    const apart = (left: number, right: number) => words[left]!.end <= words[right]!.start;
    if (before >= 0 && apart(before, first) && words[before]!.end > start) {
        moved[before] = { ...moved[before]!, end: start };
    }
    if (after >= 0 && apart(last, after) && words[after]!.start < end) moved[after] = { ...moved[after]!, start: end };
}

/** The words, and all that begin after the first of them, whoever sings: what is to keep its distance. */
export function following(words: readonly Word[], range: Range): number[] {
    const start = Math.min(...words.slice(range.from, range.to).map((word) => word.start));
    return words.flatMap((word, index) =>
        word.start >= start || (index >= range.from && index < range.to) ? [index] : [],
    );
}

/** Each word lasts until the next one of its line, where that comes later. */
export function fillGaps(words: readonly Word[], range: Range): Word[] {
    return words.map((word, index) => {
        const next = words[index + 1];
        const inside = index >= range.from && index + 1 < range.to && next && !next.first;
        return inside && next.start > word.end ? { ...word, end: next.start } : word;
    });
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
    return settled([...words.slice(0, range.from), one, ...words.slice(range.to)]);
}

/** A word becomes its syllables, one after the other without spaces. Their starts, milliseconds; where one is not
 * known, or lies outside the word, all take the same time. */
export function splitSyllables(
    words: readonly Word[],
    index: number,
    parts: readonly (readonly [string, number | null])[],
): Word[] {
    const word = words[index]!;
    const length = word.end - word.start;
    if (parts.length < 2 || length < parts.length * SHORTEST) return [...words];
    const given = [...parts.map(([, start], k) => (k ? start : word.start)), word.end];
    const even = given.map((_, k) => Math.round(word.start + (k / parts.length) * length));
    const fits = given.every((time, k) => !k || (time !== null && time - given[k - 1]! >= SHORTEST));
    const times = fits ? (given as number[]) : even;
    const made = parts.map(([text], k) => ({
        ...word,
        text,
        start: times[k]!,
        end: times[k + 1]!,
        first: word.first && k === 0,
        space: word.space && k === parts.length - 1,
    }));
    return [...words.slice(0, index), ...made, ...words.slice(index + 1)];
}

/** The parts that a word of the timings was split into, around one of them. */
export function partsOf(words: readonly Word[], index: number): Range {
    const same = (one: Word | undefined, other: Word | undefined) =>
        one?.from.length === 1 && other?.from.length === 1 && one.from[0] === other.from[0];
    let [from, to] = [index, index + 1];
    while (same(words[from - 1], words[index]) && !words[from]!.first) from--;
    while (same(words[to], words[index]) && !words[to]!.first) to++;
    return { from, to };
}

/** Another voice sings a line. */
export function setVoice(words: readonly Word[], index: number, voice: string): Word[] {
    const line = lineAt(words, index);
    const clean = voice.replace(/\s+/g, " ").trim();
    if (words[line.from]!.voice === clean) return [...words];
    return words.map((word, k) => (k < line.from || k >= line.to ? word : { ...word, voice: clean, layer: 0 }));
}

/** Words that have come into another line are sung by whom that is. */
function settled(words: Word[]): Word[] {
    for (let index = 1; index < words.length; index++) {
        const [before, word] = [words[index - 1]!, words[index]!];
        if (word.first || (word.voice === before.voice && word.layer === before.layer)) continue;
        words[index] = { ...word, voice: before.voice, layer: before.layer };
    }
    return words;
}

/** A new word after another one (-1: before all), in the gap that begins there; null where there is none. */
export function insert(
    words: readonly Word[],
    after: number,
    text: string,
    time: number,
    duration: number,
): Word[] | null {
    const before = words[after];
    const next = before ? words[timelineOf(words).after(after)] : words[0];
    const low = before ? before.end : 0;
    const high = Math.max(next ? next.start : duration, low);
    if (high - low < SHORTEST) return null;
    const start = Math.round(clamp(time, low, Math.max(low, high - NEW_WORD)));
    const end = Math.round(Math.min(start + NEW_WORD, high));
    const first = !before;
    const { voice, layer } = before ?? words[0] ?? { voice: "", layer: 0 };
    const made: Word = { text, start, end, first, space: true, from: [], voice, layer };
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
    return index === 0 ? [...words] : settled(put(words, index, { ...words[index]!, first: !words[index]!.first }));
}

export function toggleSpace(words: readonly Word[], index: number): Word[] {
    return put(words, index, { ...words[index]!, space: !words[index]!.space });
}

/** Words from `first` on begin at the times, one after the other; the last ends at the last time, of which there is
 * one more than words. What is in the way gives way: earlier words end sooner, later ones are pushed back. */
export function place(words: readonly Word[], first: number, times: readonly number[], duration: number): Word[] {
    const result = [...words];
    const timeline = timelineOf(words);
    const last = first + times.length - 1;
    const [before, after] = [timeline.before(first), timeline.after(last - 1)];
    let least = before >= 0 ? Math.min(words[before]!.start + SHORTEST, words[first]!.start) : 0;
    for (let index = first; index < last; index++) {
        const start = Math.round(Math.max(times[index - first]!, least));
        const end = Math.round(Math.max(times[index - first + 1]!, start + SHORTEST));
        result[index] = { ...result[index]!, start, end };
        least = end;
    }
    if (before >= 0 && result[before]!.end > result[first]!.start) {
        result[before] = { ...result[before]!, end: Math.max(result[first]!.start, result[before]!.start) };
    }
    let beside = last - 1;
    for (let index = after; index >= 0 && result[index]!.start < result[beside]!.end; index = timeline.after(index)) {
        // It gets shorter before it pushes the one after it.
        const start = result[beside]!.end;
        result[index] = { ...result[index]!, start, end: Math.max(result[index]!.end, start + SHORTEST) };
        beside = index;
    }
    return fitted(result, duration, words, timeline.lanes[timeline.laneOf(first)]!.words);
}

/** Words of a lane that were pushed over the end come back. */
function fitted(words: Word[], duration: number, before: readonly Word[], lane: readonly number[]): Word[] {
    let limit = Math.max(duration, before[lane.at(-1)!]!.end);
    for (const index of [...lane].reverse()) {
        const word = words[index]!;
        if (word.end <= limit) break;
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
