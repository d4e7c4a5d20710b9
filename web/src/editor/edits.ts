// Edits kept apart from the timings they change: what the node saves. align/edits.py says what they are and applies
// them on the server; tests/data/editor/edits.json holds cases for both.
import { type Entry, linesOf, sameEntry, toEntry, type Word } from "./words";

const VERSION = 1;
const REACH = 500;
const SLACK = 50;
/** Lines of one voice that overlap for longer are sung at once; a shorter overlap is a careless time. */
const TOGETHER = 250;
const MOST_LAYERS = 8;

type Reason = "gone" | "moved" | "crowded" | "late";

export interface Edit {
    readonly at: number;
    readonly was: readonly Entry[];
    readonly now: readonly Entry[];
}

export interface SavedEdits {
    readonly version: number;
    readonly base: string;
    readonly edits: readonly Edit[];
}

/** How far a word's time is to be trusted: it was heard; it was hardly heard; its time is a guess. */
export type Doubt = 0 | 1 | 2;

/** The timings as they come into the node. base: their fingerprint. voices: who sings each word. doubts: of each.
 * syllables: of some words, by their index: text, start and end of each. */
export interface Base {
    readonly base: string;
    readonly duration: number;
    readonly words: readonly Entry[];
    readonly voices?: readonly string[];
    readonly doubts?: readonly Doubt[];
    readonly syllables?: Readonly<Record<number, readonly (readonly [string, number, number])[]>>;
}

export interface Applied {
    readonly words: Word[];
    readonly refused: { readonly edit: Edit; readonly reason: Reason }[];
}

/** "" is no edits. Throws on a text that no editor wrote. */
export function parseEdits(text: string): SavedEdits {
    if (!text.trim()) return { version: VERSION, base: "", edits: [] };
    const saved = JSON.parse(text);
    const entry = (one: Entry) =>
        Array.isArray(one) &&
        (one.length === 5 || (one.length === 6 && typeof one[5] === "string")) &&
        typeof one[0] === "string" &&
        one.slice(1, 5).every(Number.isInteger);
    const edit = (one: Edit) => Number.isInteger(one.at) && [...one.was, ...one.now].every(entry);
    if (saved.version !== VERSION || !saved.edits.every(edit)) throw new Error("not edits");
    return saved;
}

/** "" where nothing was changed. */
export function serialiseEdits(base: Base, words: readonly Word[]): string {
    const edits = findEdits(base.words, words, base.voices);
    return edits.length ? JSON.stringify({ version: VERSION, base: base.base, edits }) : "";
}

interface Group {
    from: number;
    to: number;
    words: Word[];
}

/** What leads from the timings to the words, in order, in pieces that are as small as they can be. */
export function findEdits(base: readonly Entry[], words: readonly Word[], voices: readonly string[] = []): Edit[] {
    const groups: Group[] = [];
    let cursor = 0;
    let waiting: Word[] = [];
    const removed = (until: number) => {
        for (; cursor < until; cursor++) groups.push({ from: cursor, to: cursor + 1, words: [] });
    };
    for (const word of words) {
        const [begin, end] = [word.from[0], (word.from.at(-1) ?? -1) + 1];
        const last = groups.at(-1);
        if (begin === undefined) {
            // New: it belongs to the word before it, so that it fits as long as that one is there.
            if (last) last.words.push(word);
            else waiting.push(word);
        } else if (last && begin < last.to) {
            last.words.push(word);
            last.to = Math.max(last.to, end);
            cursor = Math.max(cursor, last.to);
        } else {
            removed(begin);
            groups.push({ from: begin, to: end, words: [...waiting, word] });
            waiting = [];
            cursor = end;
        }
    }
    removed(base.length);
    if (waiting.length) {
        if (groups[0]) groups[0].words.unshift(...waiting);
        else groups.push({ from: 0, to: 0, words: waiting });
    }
    const changed: Group[] = [];
    const entry = (group: Group, word: Word, k: number): Entry => {
        const voice = voices[Math.min(group.from + k, group.to - 1)] ?? "";
        return word.first && word.voice !== voice ? [...toEntry(word), word.voice] : toEntry(word);
    };
    for (const group of groups) {
        const was = base.slice(group.from, group.to);
        if (was.length === 1 && group.words.length === 1 && sameEntry(was[0]!, entry(group, group.words[0]!, 0))) continue;
        const made = { ...group, words: [...group.words] };
        // A line's beginning that has gone from one word to the next: none of them makes sense alone.
        if (group.words[0] && Number(group.words[0].first) !== was[0]?.[3]) {
            let before = changed.at(-1);
            while (before?.to === made.from) {
                changed.pop();
                made.from = before.from;
                made.words.unshift(...before.words);
                before = before.words.length ? undefined : changed.at(-1);
            }
        }
        changed.push(made);
    }
    return changed.map((group) => ({
        at: group.from,
        was: base.slice(group.from, group.to),
        now: group.words.map((word, k) => entry(group, word, k)),
    }));
}

interface Found {
    where: number;
    edit: Edit;
}

/** The words after the edits that fit, and the edits that don't. */
export function applyEdits(base: Base, saved: SavedEdits): Applied {
    const same = saved.base === base.base;
    const found: Found[] = [];
    const refused = new Map<Edit, Reason>();
    let cursor = 0;
    for (const edit of saved.edits) {
        const where = same ? here(base.words, edit, cursor) : find(base.words, edit, cursor);
        if (typeof where === "string") refused.set(edit, where);
        else if (isLate(edit, base.duration)) refused.set(edit, "late");
        else {
            found.push({ where, edit });
            cursor = where + edit.was.length;
        }
    }
    const lanes = lanesOf(base);
    while (!same) {
        const crowded = findCrowded(base.words, found, lanes);
        if (crowded === -1) break;
        refused.set(found[crowded]!.edit, "crowded");
        found.splice(crowded, 1);
    }
    return {
        words: result(base.words, found, lanes).words,
        refused: saved.edits.filter((edit) => refused.has(edit)).map((edit) => ({ edit, reason: refused.get(edit)! })),
    };
}

function here(base: readonly Entry[], edit: Edit, cursor: number): number | Reason {
    const fits =
        edit.at >= cursor &&
        edit.was.every((was, k) => base[edit.at + k] && sameEntry(base[edit.at + k]!, was)) &&
        (edit.was.length > 0 || base.length === 0);
    return fits ? edit.at : "gone";
}

function find(base: readonly Entry[], edit: Edit, cursor: number): number | Reason {
    const count = edit.was.length;
    if (!count) return base.length ? "gone" : 0;
    const places: number[] = [];
    for (let place = cursor; place + count <= base.length; place++) {
        if (edit.was.every((was, k) => base[place + k]![0] === was[0])) places.push(place);
    }
    const steps = (place: number) => Math.abs(place - edit.at);
    const near = places.filter((place) => distance(base, edit, place) <= REACH);
    near.sort((a, b) => distance(base, edit, a) - distance(base, edit, b) || steps(a) - steps(b) || a - b);
    if (near.length) return near[0]!;
    if (!places.length) return "gone";
    if (isTimed(edit)) return "moved";
    return places.sort((a, b) => steps(a) - steps(b) || a - b)[0]!;
}

function distance(base: readonly Entry[], edit: Edit, place: number): number {
    return Math.max(
        ...edit.was.flatMap((was, k) => {
            const is = base[place + k]!;
            return [Math.abs(is[1] - was[1]), Math.abs(is[2] - was[2])];
        }),
    );
}

function timesOf(entry: Entry, was: readonly Entry[]): number {
    return was.findIndex((one) => one[1] === entry[1] && one[2] === entry[2]);
}

function isTimed(edit: Edit): boolean {
    return edit.now.some((entry) => timesOf(entry, edit.was) === -1);
}

function isLate(edit: Edit, duration: number): boolean {
    const limit = Math.max(duration, ...edit.was.map((entry) => entry[2]));
    return isTimed(edit) && edit.now.some((entry) => entry[2] > limit + SLACK);
}

/** Where a word is sung: by whom, and in which layer of that voice. */
type SungBy = Pick<Word, "voice" | "layer">;

/** Of each word of the timings. A line goes to the lowest layer of its voice that is free. */
export function lanesOf({ words, voices = [] }: Pick<Base, "words" | "voices">): SungBy[] {
    const lanes: SungBy[] = [];
    const lines = linesOf(words.map((entry) => word(entry, [], NOBODY))).map(({ from, to }) => {
        const line = words.slice(from, to);
        const starts = line.map((entry) => entry[1]);
        const end = Math.max(...line.map((entry) => entry[2]));
        return { from, to, start: starts[0]!, last: Math.max(...starts), end, voice: voices[from] ?? "" };
    });
    const taken = new Map<string, { end: number; last: number }[]>();
    for (const { from, to, start, last, end, voice } of lines.sort((a, b) => a.start - b.start || a.from - b.from)) {
        const layers = taken.get(voice) ?? [];
        taken.set(voice, layers);
        let layer = layers.findIndex((one) => one.end - start <= TOGETHER && one.last < start);
        if (layer === -1) layer = Math.min(layers.length, MOST_LAYERS - 1);
        layers[layer] = { end, last };
        for (let index = from; index < to; index++) lanes[index] = { voice, layer };
    }
    return lanes;
}

const NOBODY: SungBy = { voice: "", layer: 0 };

function sameLane(one: SungBy | undefined, other: SungBy | undefined): boolean {
    return one?.voice === other?.voice && one?.layer === other?.layer;
}

function findCrowded(base: readonly Entry[], found: readonly Found[], lanes: readonly SungBy[]): number {
    const { words, spans } = result(base, found, lanes);
    // The end of the word before in the lane lies after the start of the one at an index, or the other way round.
    const overlapped = (left: number, right: number) => left >= 0 && right >= 0 && base[left]![2] > base[right]![1];
    return found.findIndex(({ where, edit }, number) => {
        const [begin, end] = spans[number]!;
        if (begin === end) return false;
        const after = where + edit.was.length;
        const before = words.findLastIndex((word, index) => index < begin && sameLane(word, words[begin]));
        const next = words.findIndex((word, index) => index >= end && sameLane(word, words[end - 1]));
        const left = before >= 0 && words[before]!.end > words[begin]!.start;
        const right = next >= 0 && words[end - 1]!.end > words[next]!.start;
        if (!left && !right) return false;
        const first = edit.was.length ? where : -1;
        const baseBefore = lanes.findLastIndex((lane, index) => index < where && sameLane(lane, lanes[where]));
        const baseNext = lanes.findIndex((lane, index) => index >= after && sameLane(lane, lanes[after - 1]));
        return (left && !overlapped(baseBefore, first)) || (right && !overlapped(after - 1, baseNext));
    });
}

function result(
    base: readonly Entry[],
    found: readonly Found[],
    lanes: readonly SungBy[],
): { words: Word[]; spans: [number, number][] } {
    const words: Word[] = [];
    const spans: [number, number][] = [];
    let cursor = 0;
    // A line is sung by whom the word that begins it says.
    const push = (entry: Entry, from: number[], origin: number) => {
        const begins = entry[3] || !words.length;
        const own = entry[5] === undefined ? lanes[origin] : { voice: entry[5], layer: 0 };
        words.push(word(entry, from, (begins ? own : undefined) ?? words.at(-1) ?? NOBODY));
    };
    const pass = (until: number) => {
        for (; cursor < until; cursor++) push(base[cursor]!, [cursor], cursor);
    };
    for (const { where, edit } of found) {
        pass(where);
        const count = edit.was.length;
        const begin = words.length;
        const all = Array.from({ length: count }, (_, k) => where + k);
        edit.now.forEach((entry, k) => {
            const untouched = timesOf(entry, edit.was);
            const source = untouched === -1 ? entry : base[where + untouched]!;
            const from = count === edit.now.length ? [where + k] : all;
            const made = [entry[0], source[1], source[2], entry[3], entry[4]] as const;
            push(entry.length === 6 ? [...made, entry[5]] : made, from, Math.min(where + k, where + count - 1));
        });
        cursor = where + count;
        spans.push([begin, words.length]);
    }
    pass(base.length);
    if (words[0] && !words[0].first) words[0] = { ...words[0], first: true };
    return { words, spans };
}

function word([text, start, end, first, space]: Entry, from: number[], { voice, layer }: SungBy): Word {
    return { text, start, end, first: Boolean(first), space: Boolean(space), from, voice, layer };
}
