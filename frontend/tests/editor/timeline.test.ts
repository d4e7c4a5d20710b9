import { expect, test } from "vitest";
import { applyEdits, lanesOf, parseEdits } from "../../../web/src/editor/edits";
import { IntervalIndex, timelineOf } from "../../../web/src/editor/timeline";
import type { Entry } from "../../../web/src/editor/words";
import { baseOf, wordsOf } from "./song";

test("stretches are found as by looking at each of them", () => {
    let seed = 11;
    const random = (below: number) => {
        seed = (seed * 48271) % 0x7fffffff;
        return seed % below;
    };
    for (let round = 0; round < 50; round++) {
        const starts = Array.from({ length: random(60) }, () => random(1000));
        // A few are so long that they cover many others.
        const ends = starts.map((start) => start + random(random(10) ? 40 : 900));
        const index = new IntervalIndex(starts, ends);
        for (let ask = 0; ask < 40; ask++) {
            const from = random(1000);
            const to = from + 1 + random(100);
            const wanted = starts.flatMap((start, k) => (start < to && ends[k]! > from ? [k] : []));
            const found = index.within(from, to);
            expect([...found].sort((a, b) => a - b)).toEqual(wanted);
            expect(found.every((k, at) => !at || starts[found[at - 1]!]! <= starts[k]!)).toBe(true);
        }
    }
});

test("a word that is held is found while many others come and go", () => {
    const held: Entry[] = [["Oh", 0, 60_000, 1, 1]];
    const others = Array.from({ length: 50 }, (_, k): Entry => [`la${k}`, k * 1000, k * 1000 + 500, Number(k === 0), 1]);
    const timeline = timelineOf(wordsOf([...held, ...others]));
    expect(timeline.at(45_200)).toEqual([0, 46]);
    expect(timeline.at(45_700)).toEqual([0]);
    expect(timeline.linesWithin(55_000, 56_000)).toEqual([0]);
});

const DUET: Entry[] = [
    ["Hey", 1000, 1400, 1, 1],
    ["you", 1400, 2000, 0, 1],
    ["Me", 1500, 1900, 1, 1],
    ["too", 1900, 2600, 0, 1],
    ["stay", 2700, 2900, 1, 1],
];

test("lanes: a voice each, in the order in which they come in", () => {
    const base = { ...baseOf(DUET), voices: ["Anna", "Anna", "Ben", "Ben", "Anna"] };
    const { words } = applyEdits(base, parseEdits(""));
    const timeline = timelineOf(words);
    expect(timeline.lanes.map(({ voice, words: lane }) => [voice, lane])).toEqual([
        ["Anna", [0, 1, 4]],
        ["Ben", [2, 3]],
    ]);
    expect([timeline.after(1), timeline.before(2), timeline.before(4), timeline.after(3)]).toEqual([4, -1, 1, -1]);
    expect(timeline.at(1600)).toEqual([1, 2]);
    expect(timelineOf(words)).toBe(timeline);
});

test("lines of one voice that are sung at once lie in layers; a careless end makes none", () => {
    expect(lanesOf({ words: DUET }).map(({ layer }) => layer)).toEqual([0, 0, 1, 1, 0]);
    const careless: Entry[] = [DUET[0]!, ["you", 1400, 2000, 0, 1], ["Me", 1800, 2200, 1, 1]];
    expect(lanesOf({ words: careless }).map(({ layer }) => layer)).toEqual([0, 0, 0]);
    // No more than are of use, however many there are.
    const heap = Array.from({ length: 30 }, (): Entry => ["la", 0, 9000, 1, 1]);
    expect(Math.max(...lanesOf({ words: heap }).map(({ layer }) => layer))).toBe(7);
});
