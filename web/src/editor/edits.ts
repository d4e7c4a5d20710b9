// Edits kept apart from the timings they change: what the node saves. align/edits.py says what they are and applies
// them on the server; tests/data/editor/edits.json holds cases for both.
import { type Entry, sameEntry, toEntry, type Word } from "./words";

export const VERSION = 1;
const REACH = 500;
const SLACK = 50;

export type Reason = "gone" | "moved" | "crowded" | "late";

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

/** The timings as they come into the node. base: their fingerprint. */
export interface Base {
    readonly base: string;
    readonly duration: number;
    readonly words: readonly Entry[];
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
        Array.isArray(one) && one.length === 5 && typeof one[0] === "string" && one.slice(1).every(Number.isInteger);
    const edit = (one: Edit) => Number.isInteger(one.at) && [...one.was, ...one.now].every(entry);
    if (saved.version !== VERSION || !saved.edits.every(edit)) throw new Error("not edits");
    return saved;
}

/** "" where nothing was changed. */
export function serialiseEdits(base: Base, words: readonly Word[]): string {
    const edits = findEdits(base.words, words);
    return edits.length ? JSON.stringify({ version: VERSION, base: base.base, edits }) : "";
}

interface Group {
    from: number;
    to: number;
    words: Word[];
}

/** What leads from the timings to the words, in order, in pieces that are as small as they can be. */
export function findEdits(base: readonly Entry[], words: readonly Word[]): Edit[] {
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
    for (const group of groups) {
        const was = base.slice(group.from, group.to);
        if (was.length === 1 && group.words.length === 1 && sameEntry(was[0]!, toEntry(group.words[0]!))) continue;
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
    return changed.map(({ from, to, words: now }) => ({ at: from, was: base.slice(from, to), now: now.map(toEntry) }));
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
    while (!same) {
        const crowded = findCrowded(base.words, found);
        if (crowded === -1) break;
        refused.set(found[crowded]!.edit, "crowded");
        found.splice(crowded, 1);
    }
    return {
        words: result(base.words, found).words,
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

function findCrowded(base: readonly Entry[], found: readonly Found[]): number {
    const { words, spans } = result(base, found);
    return found.findIndex(({ where, edit }, number) => {
        const [begin, end] = spans[number]!;
        if (begin === end) return false;
        const after = where + edit.was.length;
        const overlapped = (index: number) =>
            index > 0 && index < base.length && base[index - 1]![2] > base[index]![1];
        const left = begin > 0 && words[begin - 1]!.end > words[begin]!.start;
        const right = end < words.length && words[end - 1]!.end > words[end]!.start;
        return (left && !overlapped(where)) || (right && !overlapped(after));
    });
}

function result(base: readonly Entry[], found: readonly Found[]): { words: Word[]; spans: [number, number][] } {
    const words: Word[] = [];
    const spans: [number, number][] = [];
    let cursor = 0;
    const pass = (until: number) => {
        for (; cursor < until; cursor++) words.push(word(base[cursor]!, [cursor]));
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
            words.push(word([entry[0], source[1], source[2], entry[3], entry[4]], from));
        });
        cursor = where + count;
        spans.push([begin, words.length]);
    }
    pass(base.length);
    if (words[0] && !words[0].first) words[0] = { ...words[0], first: true };
    return { words, spans };
}

function word([text, start, end, first, space]: Entry, from: number[]): Word {
    return { text, start, end, first: Boolean(first), space: Boolean(space), from };
}
