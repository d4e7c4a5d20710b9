// Words by their time: who is heard when, and what lies beside a word in its lane.
import { linesOf, type Range, type Word } from "./words";

/** Stretches of time, found by a time: a balanced tree in an array ordered by start, of which each node knows the
 * latest end below it (de Berg et al., Computational Geometry, 10.1; the layout is that of a binary search). */
export class IntervalIndex {
    private readonly order: Int32Array;
    private readonly latest: Float64Array;

    constructor(
        private readonly starts: ArrayLike<number>,
        private readonly ends: ArrayLike<number>,
    ) {
        this.order = Int32Array.from({ length: starts.length }, (_, index) => index);
        this.order.sort((a, b) => starts[a]! - starts[b]! || a - b);
        this.latest = new Float64Array(starts.length);
        this.climb(0, starts.length);
    }

    /** Those that last at all within [from, to), in order of their start. */
    within(from: number, to: number): number[] {
        const found: number[] = [];
        this.collect(0, this.order.length, from, to, found);
        return found;
    }

    private climb(low: number, high: number): number {
        if (low >= high) return -Infinity;
        const middle = (low + high) >> 1;
        const own = this.ends[this.order[middle]!]!;
        return (this.latest[middle] = Math.max(own, this.climb(low, middle), this.climb(middle + 1, high)));
    }

    private collect(low: number, high: number, from: number, to: number, found: number[]): void {
        const middle = (low + high) >> 1;
        if (low >= high || this.latest[middle]! <= from) return;
        this.collect(low, middle, from, to, found);
        const index = this.order[middle]!;
        if (this.starts[index]! >= to) return;
        if (this.ends[index]! > from) found.push(index);
        this.collect(middle + 1, high, from, to, found);
    }
}

/** What one voice sings, one word after the other. */
interface Lane {
    readonly voice: string;
    readonly layer: number;
    /** Its words by their start. */
    readonly words: readonly number[];
}

export class Timeline {
    readonly lines: readonly Range[];
    /** Voices in the order in which they come in, the layers of each below one another. */
    readonly lanes: readonly Lane[];
    private readonly lane: Int32Array;
    private readonly place: Int32Array;
    private readonly times: IntervalIndex;
    private readonly lineTimes: IntervalIndex;

    constructor(words: readonly Word[]) {
        this.lines = linesOf(words);
        const starts = Float64Array.from(words, (word) => word.start);
        const ends = Float64Array.from(words, (word) => word.end);
        this.times = new IntervalIndex(starts, ends);
        this.lineTimes = new IntervalIndex(
            this.lines.map(({ from }) => starts[from]!),
            this.lines.map(({ from, to }) => ends.subarray(from, to).reduce((a, b) => Math.max(a, b))),
        );
        const voices = new Map<string, number[][]>();
        words.forEach(({ voice, layer }, index) => {
            const layers = voices.get(voice) ?? [];
            voices.set(voice, layers);
            (layers[layer] ??= []).push(index);
        });
        this.lanes = [...voices].flatMap(([voice, layers]) =>
            layers.flatMap((listed, layer) => [{ voice, layer, words: byStart(listed, starts) }]),
        );
        this.lane = new Int32Array(words.length);
        this.place = new Int32Array(words.length);
        this.lanes.forEach((lane, number) =>
            lane.words.forEach((index, place) => {
                this.lane[index] = number;
                this.place[index] = place;
            }),
        );
    }

    laneOf(index: number): number {
        return this.lane[index]!;
    }

    placeOf(index: number): number {
        return this.place[index]!;
    }

    /** The word before it in its lane, or -1. */
    before(index: number): number {
        return this.lanes[this.lane[index]!]!.words[this.place[index]! - 1] ?? -1;
    }

    /** The word after it in its lane, or -1. */
    after(index: number): number {
        return this.lanes[this.lane[index]!]!.words[this.place[index]! + 1] ?? -1;
    }

    /** Words that are sung at any time of a stretch, in order of their start. */
    within(from: number, to: number): number[] {
        return this.times.within(from, to);
    }

    /** Words that are sung at a time. */
    at(time: number): number[] {
        return this.times.within(time, time + 1e-6);
    }

    /** Numbers of the lines that are sung at any time of a stretch. */
    linesWithin(from: number, to: number): number[] {
        return this.lineTimes.within(from, to);
    }
}

function byStart(listed: number[], starts: ArrayLike<number>): number[] {
    return listed.sort((a, b) => starts[a]! - starts[b]! || a - b);
}

const known = new WeakMap<readonly Word[], Timeline>();

export function timelineOf(words: readonly Word[]): Timeline {
    let timeline = known.get(words);
    if (!timeline) known.set(words, (timeline = new Timeline(words)));
    return timeline;
}
