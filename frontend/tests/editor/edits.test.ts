import { expect, test } from "vitest";
import shared from "../../../tests/data/editor/edits.json";
import { applyEdits, type Base, findEdits, parseEdits, type SavedEdits, serialiseEdits } from "../../../web/src/editor/edits";
import * as operations from "../../../web/src/editor/operations";
import { timelineOf } from "../../../web/src/editor/timeline";
import { type Entry, indicesOf, lineAt, type Range, toEntry, type Word } from "../../../web/src/editor/words";
import { baseOf, DURATION, entriesOf, SONG, wordsOf } from "./song";

interface Case {
    name: string;
    /** The operation that the edits are made by, and what it is given beside the words. */
    operation?: [string, ...unknown[]];
    same: boolean;
    base?: Entry[];
    voices?: string[];
    duration?: number;
    edits: SavedEdits["edits"];
    words: Entry[];
    /** Who sings each of them. */
    sung?: string[];
    refused: [number, string][];
}
const CASES = shared.cases as unknown as Case[];

const baseFor = (one: Case): Base => ({
    base: "mark",
    duration: one.duration ?? shared.duration,
    words: one.base ?? (shared.base as unknown as Entry[]),
    voices: one.voices,
});

test.each(CASES)("shared with the server: $name", (one) => {
    const edits = { version: 1, base: one.same ? "mark" : "other", edits: one.edits };
    const saved = parseEdits(JSON.stringify(edits)) as SavedEdits;
    const { words, refused } = applyEdits(baseFor(one), saved);
    expect(entriesOf(words)).toEqual(one.words);
    expect(words.map(({ voice }) => voice)).toEqual(one.sung ?? words.map(() => ""));
    expect(refused.map(({ edit, reason }) => [saved.edits.indexOf(edit), reason])).toEqual(one.refused);
});

test.each(CASES.filter((one) => one.operation))("an operation makes the edits: $name", (one) => {
    const base = baseFor(one);
    const [name, ...given] = one.operation!;
    const { words } = applyEdits(base, parseEdits(""));
    const made = (operations as any)[name](words, ...given);
    const after: readonly Word[] = made.words ?? made;
    expect(after.map(toEntry)).toEqual(one.words);
    expect(JSON.parse(serialiseEdits(base, after)).edits).toEqual(one.edits);
});

const at = (index: number, count = 1) => ({ from: index, to: index + count });
const move = (words: readonly Word[], range: Range, by: number) => operations.moveAll(words, indicesOf(range), by, DURATION).words;
const CHANGES: [string, (words: readonly Word[]) => readonly Word[], number][] = [
    ["nothing", (words) => words, 0],
    ["a move", (words) => move(words, at(1), -50), 1],
    ["moved there and back", (words) => move(move(words, at(1), -50), at(1), 50), 0],
    ["a move into a neighbour", (words) => move(words, at(1), 50), 2],
    ["a border that two words share", (words) => operations.drag(words, 2, "start", 1900, DURATION).words, 2],
    ["one side of it", (words) => operations.drag(words, 2, "start", 2100, DURATION, true).words, 1],
    ["a line's move", (words) => move(words, at(3, 3), 100), 3],
    ["a split", (words) => operations.split(words, 1, 1700), 1],
    ["a split and a move of what follows", (words) => move(operations.split(words, 1, 1700), at(3), 100), 2],
    ["a merge", (words) => operations.merge(words, at(0, 3)), 1],
    ["a merge of a split", (words) => operations.merge(operations.split(words, 1, 1700), at(1, 2)), 0],
    ["a merge across lines", (words) => operations.merge(words, at(2, 2)), 1],
    ["an insertion", (words) => operations.insert(words, 2, "oh", 2700, DURATION)!, 1],
    ["an insertion at the very beginning", (words) => operations.insert(words, -1, "oh", 100, DURATION)!, 1],
    ["an insertion at the very end", (words) => operations.insert(words, 5, "oh", 4500, DURATION)!, 1],
    ["a removal", (words) => operations.remove(words, at(1)), 1],
    ["a removal of a line's beginning", (words) => operations.remove(words, at(3)), 1],
    ["a removal of all", (words) => operations.remove(words, at(0, 6)), 6],
    ["another text", (words) => operations.setText(words, 4, "<img src=x>"), 1],
    ["a new line, one line fewer", (words) => operations.toggleLine(operations.toggleLine(words, 2), 3), 1],
    ["no space", (words) => operations.toggleSpace(words, 0), 1],
    ["a removal of what was merged", (words) => operations.remove(operations.merge(words, at(0, 2)), at(0)), 1],
    ["filled gaps", (words) => operations.fillGaps(words, at(0, 6)), 1],
    ["syllables", (words) => operations.splitSyllables(words, 1, [["ri", null], ["ver", null]]), 1],
    ["another voice", (words) => operations.setVoice(words, 4, " Ben "), 1],
    ["another voice and another line", (words) => operations.toggleLine(operations.setVoice(words, 0, "Ben"), 2), 2],
    ["another voice, whose line is joined", (words) => operations.toggleLine(operations.setVoice(words, 3, "Ben"), 3), 1],
    ["another voice of a line without its first word", (words) => operations.remove(operations.setVoice(words, 3, "Ben"), at(3)), 1],
    ["a tapped line", (words) => operations.place(words, 3, [2900, 3100, 3200, 3500], DURATION), 3],
];

test.each(CHANGES)("what is saved of %s brings it back", (_, change, count) => {
    const base = baseOf();
    const words = change(wordsOf());
    const text = serialiseEdits(base, words);
    expect(text === "").toBe(count === 0);
    const saved = parseEdits(text);
    expect(saved.edits).toHaveLength(count);
    const again = applyEdits(base, saved);
    expect(again.refused).toEqual([]);
    expect(entriesOf(again.words)).toEqual(entriesOf(words));
    expect(again.words.map(({ voice }) => voice)).toEqual(words.map(({ voice }) => voice));
    // And opened again, it is saved as the same.
    expect(serialiseEdits(base, again.words)).toBe(text);
});

/** Two that sing at once, the second in two lines of which the last overlaps the first's next. */
const DUET: Entry[] = [
    ["Hey", 1000, 1400, 1, 1],
    ["you", 1400, 2000, 0, 1],
    ["Me", 1500, 1900, 1, 1],
    ["too", 1900, 2600, 0, 1],
    ["stay", 2200, 2900, 1, 1],
    ["now", 3000, 3600, 0, 1],
    ["oh", 3100, 3500, 1, 1],
];
const VOICES = ["Anna", "Anna", "Ben", "Ben", "Anna", "Anna", "Ben"];

test.each([
    ["a song", baseOf()],
    ["a duet", { ...baseOf(DUET), voices: VOICES }],
])("any sequence of changes comes back as it was: %s", (_, base) => {
    let seed = 7;
    const random = (below: number) => {
        seed = (seed * 48271) % 0x7fffffff;
        return seed % below;
    };
    for (let round = 0; round < 300; round++) {
        let words: readonly Word[] = applyEdits(base, parseEdits("")).words;
        for (let step = 0; step < 12; step++) {
            const index = random(Math.max(words.length, 1));
            const changes: (() => readonly Word[] | null)[] = [
                () => operations.insert(words, index - 1, "oh", random(DURATION), DURATION),
                () => words.length && operations.remove(words, at(index)) as any,
                () => words.length && operations.split(words, index, random(DURATION)) as any,
                () => words.length > index + 1 && words[index]!.voice === words[index + 1]!.voice && operations.merge(words, at(index, 2)) as any,
                () => words.length && (operations.moveAll(words, [index], random(400) - 200, DURATION, !random(3)).words as any),
                () => words.length && (operations.moveAll(words, operations.following(words, at(index)), random(400) - 200, DURATION, !random(3)).words as any),
                () => words.length && operations.fillGaps(words, lineAt(words, index)) as any,
                () => words.length && operations.splitSyllables(words, index, [["la", null], ["le", null], ["lu", null]]) as any,
                () => words.length && !words[index]!.first && operations.toggleLine(words, index) as any,
                () => words.length && (operations.drag(words, index, random(2) ? "start" : "end", random(DURATION), DURATION, !random(3)).words as any),
            ];
            words = changes[random(changes.length)]!() || words;
        }
        const again = applyEdits(base, parseEdits(serialiseEdits(base, words)));
        expect(again.refused).toEqual([]);
        expect(entriesOf(again.words)).toEqual(entriesOf(words));
        expect(again.words.map(({ voice }) => voice)).toEqual(words.map(({ voice }) => voice));
        // Nobody sings two words at once.
        for (const { words: lane } of timelineOf(words).lanes) {
            for (let k = 1; k < lane.length; k++) {
                expect(words[lane[k]!]!.start).toBeGreaterThanOrEqual(words[lane[k - 1]!]!.end);
            }
        }
        expect(words.every(({ start, end }) => end - start >= operations.SHORTEST)).toBe(true);
    }
});

test("a word moved is a small text", () => {
    const words = move(wordsOf(), at(1), -50);
    expect(serialiseEdits(baseOf(), words)).toBe(
        '{"version":1,"base":"mark","edits":[{"at":1,"was":[["river",1500,2000,0,1]],"now":[["river",1450,1950,0,1]]}]}',
    );
});

test("an inserted word hangs on the one before it", () => {
    const words = operations.insert(wordsOf(), 2, "oh", 2700, DURATION)!;
    const [edit] = findEdits(SONG, words);
    expect(edit).toMatchObject({ at: 2, was: [SONG[2]], now: [SONG[2], ["oh", 2600, 3000, 0, 1]] });
});

test.each(["nonsense", "[]", '{"version":2,"edits":[]}', '{"version":1,"edits":[{"at":0,"was":[["a",0.5,1,1,1]],"now":[]}]}'])(
    "%s is no edits",
    (text) => {
        expect(() => parseEdits(text)).toThrow();
    },
);
