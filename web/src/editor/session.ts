// An open editor without its page: the words, what is selected, what a person does to them.
import { type Applied, type Base, type Doubt, type SavedEdits, applyEdits, serialiseEdits } from "./edits";
import { History } from "./history";
import * as operations from "./operations";
import { partsOf } from "./syllables";
import { indicesOf, lineAt, type Range, sameEntry, toEntry, type Word } from "./words";

/** "same": what was asked for changes nothing. */
export type Change = "words" | "same" | "preview" | "selection" | "tap";

/** The words of a line that are being tapped in, all or the last of them: the times so far, milliseconds. */
export interface Tap {
    readonly line: Range;
    readonly times: readonly number[];
}

/** Steps of one gesture, such as a key held down: the words it began with, and how far it has come. */
interface Going {
    readonly gesture: string;
    readonly words: readonly Word[];
    readonly by: number;
}

export class Session {
    readonly refused: Applied["refused"];
    /** What is moved takes along all that follows it. */
    ripple = false;
    private readonly history: History<readonly Word[]>;
    private shown: readonly Word[] | null = null;
    private anchor = 0;
    private head = 0;
    private tapped: Tap | null = null;
    private going: Going | null = null;
    private picked: readonly number[] | null = null;
    private stopped: operations.Blocked | null = null;

    /** changed: called after each change, with what it was. */
    constructor(
        readonly base: Base,
        saved: SavedEdits,
        private readonly changed: (change: Change) => void = () => {},
        private readonly language = "",
    ) {
        const { words, refused } = applyEdits(base, saved);
        this.refused = refused;
        this.history = new History<readonly Word[]>(words);
    }

    get words(): readonly Word[] {
        return this.shown ?? this.history.state;
    }

    get duration(): number {
        return this.base.duration;
    }

    /** The word that keys act on; -1 where there are no words. */
    get focus(): number {
        return Math.min(this.head, this.words.length - 1);
    }

    get selection(): Range {
        if (!this.words.length) return { from: 0, to: 0 };
        const anchor = Math.min(this.anchor, this.words.length - 1);
        return { from: Math.min(anchor, this.focus), to: Math.max(anchor, this.focus) + 1 };
    }

    get line(): Range {
        return this.words.length ? lineAt(this.words, this.focus) : { from: 0, to: 0 };
    }

    get unsaved(): boolean {
        return this.history.changed;
    }

    get canUndo(): boolean {
        return this.history.canUndo;
    }

    get canRedo(): boolean {
        return this.history.canRedo;
    }

    get tap(): Tap | null {
        return this.tapped;
    }

    /** What kept the last move from going as far as was asked. */
    get blocked(): operations.Blocked | null {
        return this.stopped;
    }

    /** What the node keeps: "" where nothing was changed. */
    serialise(): string {
        return serialiseEdits(this.base, this.history.state);
    }

    /** It differs from the timings. */
    isEdited(word: Word): boolean {
        const [at] = word.from;
        const origin = word.from.length === 1 ? this.base.words[at!] : undefined;
        return !origin || !sameEntry(origin, toEntry(word)) || (word.first && word.voice !== this.voiceOf(at!));
    }

    /** How far its times are to be trusted; those that a person has set are. */
    doubtOf(word: Word): Doubt {
        const [at] = word.from;
        const origin = word.from.length === 1 ? this.base.words[at!] : undefined;
        const known = origin && toEntry(word).slice(0, 3).every((part, k) => part === origin[k]);
        return known ? (this.base.doubts?.[at!] ?? 0) : 0;
    }

    /** The doubtful words, in order. */
    get doubtful(): number[] {
        return this.words.flatMap((word, index) => (this.doubtOf(word) ? [index] : []));
    }

    private voiceOf(at: number): string {
        return this.base.voices?.[at] ?? "";
    }

    /** Who sings, in the order in which they come in. */
    get voices(): string[] {
        return [...new Set(this.words.map((word) => word.voice))].filter(Boolean);
    }

    /** What moves with the selected words: they, and in time with them all that follows. */
    moving(range: Range = this.selection): number[] {
        return this.ripple ? operations.following(this.words, range) : indicesOf(range);
    }

    select(index: number, extend = false): void {
        this.head = Math.max(0, Math.min(index, this.words.length - 1));
        if (!extend) this.anchor = this.head;
        this.stopped = null;
        this.history.settle();
        this.changed("selection");
    }

    selectLine(): void {
        const { from, to } = this.line;
        this.select(from);
        this.select(to - 1, true);
    }

    /** What follows is a gesture of its own. */
    settle(): void {
        this.history.settle();
    }

    /** While a pointer drags; null: as it was. */
    preview(moved: operations.Moved | null): void {
        this.shown = moved?.words ?? null;
        this.stopped = moved?.blocked ?? null;
        this.changed("preview");
    }

    /** What is previewed becomes a step that can be undone. */
    keepPreview(): void {
        const words = this.shown;
        this.shown = null;
        if (words) this.keep(words);
    }

    undo(): void {
        this.cancelTap();
        this.stopped = null;
        this.history.undo();
        this.changed("words");
    }

    redo(): void {
        this.cancelTap();
        this.stopped = null;
        this.history.redo();
        this.changed("words");
    }

    markSaved(): void {
        this.history.markSaved();
        this.changed("words");
    }

    /** The selected words, earlier or later. */
    nudge(by: number): void {
        this.nudgeAll(`move ${this.focus}`, this.selection, by);
    }

    /** The line, earlier or later. */
    nudgeLine(by: number): void {
        this.nudgeAll(`move line ${this.line.from}`, this.line, by);
    }

    private nudgeAll(gesture: string, range: Range, by: number): void {
        if (!this.words.length) return;
        const { duration } = this;
        // Taken where the gesture began: moving on, words must not pick up what they come to.
        const going = this.going?.gesture === gesture && this.history.gesture === gesture;
        const picked = going && this.picked ? this.picked : this.moving(range);
        this.picked = picked;
        this.shift(gesture, by, (words, all) => operations.moveAll(words, picked, all, duration));
    }

    /** alone: the touching word stays as it is. */
    nudgeEdge(edge: operations.Edge, by: number, alone = false): void {
        const { focus, duration } = this;
        this.shift(`${edge} ${focus} ${alone}`, by, (words, all) =>
            operations.drag(words, focus, edge, words[focus]![edge] + all, duration, alone),
        );
    }

    /** gesture: such as the field that is typed in. */
    setEdge(edge: operations.Edge, to: number, gesture = ""): void {
        this.act((words) => {
            const moved = operations.drag(words, this.focus, edge, to, this.duration);
            this.stopped = moved.blocked;
            return moved.words;
        }, gesture);
    }

    setText(text: string): void {
        this.act((words) => operations.setText(words, this.focus, text));
    }

    /** The words of the selection, or of the line, last until the next one begins; false where they do. */
    fillGaps(): boolean {
        const { selection, line, words } = this;
        const range = selection.to - selection.from > 1 ? selection : line;
        this.act((given) => operations.fillGaps(given, range));
        return this.words !== words;
    }

    /** False where it has but one, or is too short. */
    splitSyllables(): boolean {
        const { words, focus } = this;
        const word = words[focus];
        if (!word) return false;
        this.act((given) => operations.splitSyllables(given, focus, partsOf(word, this.base, this.language)));
        return this.words.length > words.length;
    }

    /** The parts that the word was split into become one; false where there are none. */
    mergeSyllables(): boolean {
        const range = operations.partsOf(this.words, this.focus);
        if (!this.words.length || range.to - range.from < 2) return false;
        this.act((words) => operations.merge(words, range));
        this.select(range.from);
        return true;
    }

    setVoice(voice: string): void {
        this.act((words) => operations.setVoice(words, this.focus, voice));
    }

    /** False where it is too short. */
    split(time: number): boolean {
        const { length } = this.words;
        this.act((words) => operations.split(words, this.focus, time));
        return this.words.length > length;
    }

    /** The selected words, or the word and the next one of its line; false where there is none. */
    merge(): boolean {
        const { from, to } = this.selection;
        const range = to - from > 1 ? { from, to } : { from, to: Math.min(to + 1, this.line.to) };
        if (range.to - range.from < 2) return false;
        this.act((words) => operations.merge(words, range));
        this.select(from);
        return true;
    }

    /** After the word, at a time if that is before the next word; false where there is no room. */
    insert(text: string, time: number): boolean {
        const { words, focus } = this;
        const before = focus >= 0 && time < words[focus]!.start && focus === 0 ? -1 : focus;
        const made = operations.insert(words, before, text, time, this.duration);
        if (!made) return false;
        this.stopped = null;
        this.push(made);
        this.select(before + 1);
        return true;
    }

    remove(): void {
        const { selection } = this;
        this.act((words) => operations.remove(words, selection));
        this.select(selection.from);
    }

    toggleLine(): void {
        this.act((words) => operations.toggleLine(words, this.focus));
    }

    toggleSpace(): void {
        this.act((words) => operations.toggleSpace(words, this.focus));
    }

    /** All words as they come into the node. */
    reset(): void {
        this.load({ version: 1, base: this.base.base, edits: [] });
    }

    /** As the node holds them. */
    revert(): void {
        this.stopped = null;
        this.push(this.history.held);
        this.select(this.focus);
    }

    /** Other edits in place of all there are. Returns those that don't fit. */
    load(saved: SavedEdits): Applied["refused"] {
        const { words, refused } = applyEdits(this.base, saved);
        this.stopped = null;
        this.push(words);
        this.select(this.focus);
        return refused;
    }

    /** A line, or its words from one on. */
    startTap(from = this.line.from): void {
        if (!this.words.length) return;
        this.tapped = { line: { from, to: lineAt(this.words, from).to }, times: [] };
        this.select(from);
        this.changed("tap");
    }

    /** The word that is to be sung next at a time: of the line that has the focus if that is sung then, else of the
     * line that is; -1 where none comes. */
    nextAt(time: number): number {
        const { words, line } = this;
        const comes = (index: number) => words[index]!.end > time;
        const inside = line.to > line.from && words[line.from]!.start <= time && comes(line.to - 1);
        return words.findIndex((_, index) => comes(index) && (!inside || (index >= line.from && index < line.to)));
    }

    /** The next word begins; after the last one: the line ends, and the times are kept. */
    tapAt(time: number): void {
        const tap = this.tapped;
        if (!tap) return;
        const times = [...tap.times, Math.max(time, (tap.times.at(-1) ?? 0) + operations.SHORTEST)];
        if (times.length > tap.line.to - tap.line.from) {
            this.tapped = null;
            this.act((words) => operations.place(words, tap.line.from, times, this.duration));
        } else {
            this.tapped = { ...tap, times };
            this.select(tap.line.from + times.length - 1);
        }
        this.changed("tap");
    }

    cancelTap(): void {
        if (!this.tapped) return;
        this.tapped = null;
        this.changed("tap");
    }

    /** Moves from where the gesture began, so that going back there leaves nothing changed. */
    private shift(gesture: string, by: number, change: (words: readonly Word[], by: number) => operations.Moved): void {
        this.act((words) => {
            const { going } = this;
            const from = going?.gesture === gesture && this.history.gesture === gesture ? going : { words, by: 0 };
            const moved = change(from.words, from.by + by);
            this.going = { gesture, words: from.words, by: moved.by };
            this.stopped = moved.blocked;
            return moved.by ? moved.words : from.words;
        }, gesture);
    }

    private act(change: (words: readonly Word[]) => readonly Word[], gesture = ""): void {
        if (!this.words.length) return;
        this.stopped = null;
        this.keep(change(this.words), gesture);
    }

    private keep(words: readonly Word[], gesture = ""): void {
        const before = this.history.state;
        if (words.length === before.length && words.every((word, index) => same(word, before[index]!))) {
            this.changed("same");
        } else this.push(words, gesture);
    }

    private push(words: readonly Word[], gesture = ""): void {
        // The line that is tapped in may no longer have those words.
        this.cancelTap();
        this.history.push(words, gesture);
        this.changed("words");
    }
}

function same(one: Word, other: Word): boolean {
    return one === other || (one.voice === other.voice && sameEntry(toEntry(one), toEntry(other)));
}
