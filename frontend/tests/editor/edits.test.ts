import { expect, test } from "vitest";
import shared from "../../../tests/data/editor/edits.json";
import { applyEdits, findEdits, parseEdits, type SavedEdits, serialiseEdits } from "../../../web/src/editor/edits";
import * as operations from "../../../web/src/editor/operations";
import type { Entry, Range, Word } from "../../../web/src/editor/words";
import { baseOf, DURATION, entriesOf, SONG, wordsOf } from "./song";

test.each(shared.cases)("shared with the server: $name", (one) => {
    const base = {
        base: "mark",
        duration: one.duration ?? shared.duration,
        words: (one.base ?? shared.base) as unknown as Entry[],
    };
    const edits = { version: 1, base: one.same ? "mark" : "other", edits: one.edits };
    const saved = parseEdits(JSON.stringify(edits)) as SavedEdits;
    const { words, refused } = applyEdits(base, saved);
    expect(entriesOf(words)).toEqual(one.words);
    expect(refused.map(({ edit, reason }) => [saved.edits.indexOf(edit), reason])).toEqual(one.refused);
});

const at = (index: number, count = 1) => ({ from: index, to: index + count });
const move = (words: readonly Word[], range: Range, by: number) => operations.move(words, range, by, DURATION).words;
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
    // And opened again, it is saved as the same.
    expect(serialiseEdits(base, again.words)).toBe(text);
});

test("any sequence of changes comes back as it was", () => {
    let seed = 7;
    const random = (below: number) => {
        seed = (seed * 48271) % 0x7fffffff;
        return seed % below;
    };
    const base = baseOf();
    for (let round = 0; round < 300; round++) {
        let words: readonly Word[] = wordsOf();
        for (let step = 0; step < 12; step++) {
            const index = random(Math.max(words.length, 1));
            const changes: (() => readonly Word[] | null)[] = [
                () => operations.insert(words, index - 1, "oh", random(DURATION), DURATION),
                () => words.length && operations.remove(words, at(index)) as any,
                () => words.length && operations.split(words, index, random(DURATION)) as any,
                () => words.length > index + 1 && operations.merge(words, at(index, 2)) as any,
                () => words.length && (operations.move(words, at(index), random(400) - 200, DURATION, !random(3)).words as any),
                () => words.length && operations.toggleLine(words, index) as any,
                () => words.length && (operations.drag(words, index, random(2) ? "start" : "end", random(DURATION), DURATION, !random(3)).words as any),
            ];
            words = changes[random(changes.length)]!() || words;
        }
        const again = applyEdits(base, parseEdits(serialiseEdits(base, words)));
        expect(again.refused).toEqual([]);
        expect(entriesOf(again.words)).toEqual(entriesOf(words));
        for (let k = 1; k < words.length; k++) expect(words[k]!.start).toBeGreaterThanOrEqual(words[k - 1]!.end);
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
