import { describe, expect, test } from "vitest";
import * as operations from "../../../web/src/editor/operations";
import { indicesOf, type Range, type Word } from "../../../web/src/editor/words";
import { DURATION, shown, wordsOf } from "./song";

const words = wordsOf();
const REST = "/ la[3000-3300] la[3300-3600] la[3600-4000]";
const at = (index: number, count = 1) => ({ from: index, to: index + count });

describe("moving", () => {
    const move = (range: Range, by: number, alone = false, given: readonly Word[] = words) =>
        operations.moveAll(given, indicesOf(range), by, DURATION, alone);

    test.each([
        [-30, "Slow[1000-1400] river[1470-1970] run[2000-2600]"],
        [-130, "Slow[1000-1370] river[1370-1870] run[2000-2600]"],
        [200, "Slow[1000-1400] river[1700-2200] run[2200-2600]"],
    ])("a word by %i ms cuts what is in its way, and leaves a gap behind", (by, text) => {
        expect(shown(move(at(1), by).words)).toBe(`${text} ${REST}`);
        expect(move(at(1), by)).toMatchObject({ by, blocked: null });
    });

    test.each([
        [-500, "Slow[1000-1020] river[1020-1520] run[2000-2600]", -480, "Slow"],
        [600, "Slow[1000-1400] river[2080-2580] run[2580-2600]", 580, "run"],
    ])("a word by %i ms stops where its neighbour would get too short", (by, text, made, word) => {
        expect(shown(move(at(1), by).words)).toBe(`${text} ${REST}`);
        expect(move(at(1), by)).toMatchObject({ by: made, blocked: { by: "shortest", word } });
    });

    test.each([
        [-130, -100, "Slow"],
        [200, 0, "run"],
    ])("a word alone by %i ms leaves its neighbours as they are", (by, made, word) => {
        const moved = move(at(1), by, true);
        expect(shown(moved.words)).toBe(
            `Slow[1000-1400] river[${1500 + made}-${2000 + made}] run[2000-2600] ${REST}`,
        );
        expect(moved).toMatchObject({ by: made, blocked: { by: "neighbour", word } });
    });

    test("a line keeps its rhythm", () => {
        expect(shown(move(at(0, 3), 500).words)).toBe(
            "Slow[1500-1900] river[2000-2500] run[2500-3100] / la[3100-3300] la[3300-3600] la[3600-4000]",
        );
    });

    test("stops at the song's ends, and says so", () => {
        const [first, last] = [move(at(0), -5000), move(at(5), 5000)];
        expect(first.words[0]).toMatchObject({ start: 0, end: 400 });
        expect(first.blocked!.by).toBe("first");
        expect(last.words[5]).toMatchObject({ start: 4600, end: 5000 });
        expect(last.blocked!.by).toBe("last");
    });

    test("words that overlap may stay so, but not come nearer", () => {
        const duet: Word[] = [
            { ...words[0]!, end: 1700 },
            words[1]!,
        ];
        const nearer = move(at(1), -50, false, duet);
        expect(nearer).toMatchObject({ by: 0, blocked: { by: "overlap", word: "Slow" } });
        expect(shown(nearer.words)).toBe("Slow[1000-1700] river[1500-2000]");
        expect(shown(move(at(1), 50, false, duet).words)).toBe("Slow[1000-1700] river[1550-2050]");
    });

    test("a word that came shorter than the shortest is not cut, and does not grow", () => {
        const short: Word[] = [{ ...words[0]!, end: 1010 }, words[1]!];
        expect(shown(move(at(1), -900, false, short).words)).toBe("Slow[1000-1010] river[1010-1510]");
        expect(shown(move(at(0), 900, false, short).words)).toBe("Slow[1900-1910] river[1910-2000]");
    });
});

describe("an edge", () => {
    const drag = (index: number, edge: operations.Edge, to: number, alone = false) =>
        operations.drag(words, index, edge, to, DURATION, alone);

    test.each([
        ["start", 1600, [1400, 1600, 2000, 2000], null],
        ["start", 1300, [1300, 1300, 2000, 2000], null],
        ["start", 100, [1020, 1020, 2000, 2000], "Slow"],
        ["start", 4000, [1400, 1980, 2000, 2000], "river"],
        ["end", 1700, [1400, 1500, 1700, 1700], null],
        ["end", 2300, [1400, 1500, 2300, 2300], null],
        ["end", 0, [1400, 1500, 1520, 1520], "river"],
        ["end", 4000, [1400, 1500, 2580, 2580], "run"],
    ] as const)("%s to %i: a touching word goes along, another is cut", (edge, to, times, blocked) => {
        const { words: made, blocked: by } = drag(1, edge, to);
        expect([made[0]!.end, made[1]!.start, made[1]!.end, made[2]!.start]).toEqual(times);
        expect(by && [by.by, by.word]).toEqual(blocked && ["shortest", blocked]);
    });

    test("the border of two words is the same from either side", () => {
        for (const to of [1200, 1900, 2222, 2700]) {
            expect(shown(drag(1, "end", to).words)).toBe(shown(drag(2, "start", to).words));
        }
    });

    test("alone it opens a gap, and stops at the neighbour", () => {
        expect(shown(drag(2, "start", 2100, true).words)).toContain("river[1500-2000] run[2100-2600]");
        expect(drag(2, "start", 1900, true)).toMatchObject({ by: 0, blocked: { by: "neighbour", word: "river" } });
        expect(shown(drag(1, "end", 1900, true).words)).toContain("river[1500-1900] run[2000-2600]");
    });

    test("untouched words stay the very same", () => {
        const made = drag(1, "end", 1900).words;
        expect(made.map((word, index) => word === words[index])).toEqual([true, false, false, true, true, true]);
    });
});

describe("splitting", () => {
    const text = (made: readonly Word[]) => made.slice(1, -4).map((word) => [word.text, word.start, word.end, word.space]);

    test("at the cursor, in the letters' share, and shows the same", () => {
        const made = operations.split(words, 1, 1700);
        expect(text(made)).toEqual([
            ["ri", 1500, 1700, false],
            ["ver", 1700, 2000, true],
        ]);
    });

    test("in the middle where the cursor is elsewhere", () => {
        expect(text(operations.split(words, 1, 0))).toEqual([
            ["riv", 1500, 1750, false],
            ["er", 1750, 2000, true],
        ]);
    });

    test("at a space, which then lies between the two", () => {
        const two = operations.setText(words, 1, "old   river");
        expect(text(operations.split(two, 1, 1900))).toEqual([
            ["old", 1500, 1900, true],
            ["river", 1900, 2000, true],
        ]);
    });

    test("not inside what people see as a letter, nor below the shortest", () => {
        const family = "👨‍👩‍👧é";
        const made = operations.split(operations.setText(words, 1, family), 1, 1750);
        expect(text(made).map(([part]) => part)).toEqual(["👨‍👩‍👧", "é"]);
        expect(operations.split(operations.setText(words, 1, "👨‍👩‍👧"), 1, 1750)).toHaveLength(6);
        expect(operations.split(operations.drag(words, 1, "end", 1530, DURATION).words, 1, 1510)).toHaveLength(6);
    });

    test("keeps a line's beginning with the first part", () => {
        const made = operations.split(words, 0, 1200);
        expect([made[0]!.first, made[1]!.first]).toEqual([true, false]);
    });
});

test("merging shows the same and takes the whole time", () => {
    const made = operations.merge(words, at(0, 3));
    expect(shown(made)).toBe(`Slow river run[1000-2600] ${REST}`);
    const joined = operations.merge(operations.toggleSpace(words, 0), at(0, 2));
    expect(joined[0]!.text).toBe("Slowriver");
});

describe("inserting", () => {
    test.each([
        [0, 1450, "oh[1400-1500]"],
        [2, 2650, "oh[2600-3000]"],
        [5, 4100, "oh[4100-4500]"],
        [5, 9999, "oh[4600-5000]"],
    ])("after word %i at %i", (after, time, text) => {
        expect(shown(operations.insert(words, after, "oh", time, DURATION)!)).toContain(text);
    });

    test("before the first word begins its line", () => {
        const made = operations.insert(words, -1, "oh", 300, DURATION)!;
        expect(made.slice(0, 2).map(({ text, start, first }) => [text, start, first])).toEqual([
            ["oh", 300, true],
            ["Slow", 1000, false],
        ]);
    });

    test("needs room", () => {
        expect(operations.insert(words, 1, "oh", 2000, DURATION)).toBeNull();
    });

    test("into no words at all", () => {
        expect(shown(operations.insert([], -1, "oh", 300, DURATION)!)).toBe("oh[300-700]");
    });
});

test("removing a line's first word leaves the line", () => {
    expect(shown(operations.remove(words, at(3)))).toBe(
        "Slow[1000-1400] river[1500-2000] run[2000-2600] / la[3300-3600] la[3600-4000]",
    );
});

test("a text is one line without spaces around it, and never empty", () => {
    expect(operations.setText(words, 0, "  a\n b ")[0]!.text).toBe("a b");
    expect(operations.setText(words, 0, " ")[0]!.text).toBe("Slow");
});

test("the first word begins a line whatever is asked", () => {
    expect(operations.toggleLine(words, 0)[0]!.first).toBe(true);
});

describe("placing tapped times", () => {
    test("sets each word and the end", () => {
        expect(shown(operations.place(words, 3, [2700, 3000, 3400, 3900], DURATION))).toBe(
            "Slow[1000-1400] river[1500-2000] run[2000-2600] / la[2700-3000] la[3000-3400] la[3400-3900]",
        );
    });

    test("cuts the word before and shortens, then pushes, those after", () => {
        expect(shown(operations.place(words, 1, [1300, 2400, 3500], DURATION))).toBe(
            "Slow[1000-1300] river[1300-2400] run[2400-3500] / la[3500-3520] la[3520-3600] la[3600-4000]",
        );
    });

    test("stays inside the song", () => {
        const made = operations.place(words, 3, [4700, 4950, 4990, 5200], DURATION);
        expect(made.at(-1)!.end).toBe(5000);
        for (let k = 1; k < made.length; k++) expect(made[k]!.start).toBeGreaterThanOrEqual(made[k - 1]!.end);
        expect(made.every((word) => word.end - word.start >= operations.SHORTEST)).toBe(true);
    });
});
