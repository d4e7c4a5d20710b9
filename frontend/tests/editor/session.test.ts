import { beforeEach, describe, expect, test } from "vitest";
import { type Change, Session } from "../../../web/src/editor/session";
import * as operations from "../../../web/src/editor/operations";
import { baseOf, shown } from "./song";

const REST = "/ la[3000-3300] la[3300-3600] la[3600-4000]";
const NONE = { version: 1, base: "", edits: [] };
let changes: Change[] = [];
let session: Session;

beforeEach(() => {
    changes = [];
    session = new Session(baseOf(), NONE, (change) => changes.push(change));
});

test("keys held down are undone as one, another word's as another", () => {
    session.select(1);
    for (let k = 0; k < 3; k++) session.nudge(-10);
    session.select(0);
    session.nudge(-10);
    expect(shown(session.words)).toBe(`Slow[990-1390] river[1470-1970] run[2000-2600] ${REST}`);
    session.undo();
    expect(shown(session.words)).toBe(`Slow[1000-1400] river[1470-1970] run[2000-2600] ${REST}`);
    session.undo();
    expect(session.unsaved).toBe(false);
    expect(session.canUndo).toBe(false);
    session.redo();
    session.redo();
    expect(session.words[0]!.start).toBe(990);
    expect(session.canRedo).toBe(false);
});

test("what changes nothing is no step, but is told", () => {
    session.select(0);
    session.nudge(-5000);
    expect(session.blocked).toEqual({ by: "first", word: "Slow" });
    session.undo();
    session.select(1);
    session.nudgeEdge("end", 10, true);
    expect(session.blocked).toEqual({ by: "neighbour", word: "run" });
    session.setText("river");
    session.setEdge("start", 1500);
    expect(session.canUndo).toBe(false);
    expect(changes.slice(-3)).toEqual(["same", "same", "same"]);
    expect(session.blocked).toBeNull();
});

test("a key held down is one gesture: back where it began, it has done nothing", () => {
    session.select(1);
    for (let k = 0; k < 30; k++) session.nudge(20);
    expect(shown(session.words)).toBe(`Slow[1000-1400] river[2080-2580] run[2580-2600] ${REST}`);
    expect(session.blocked).toEqual({ by: "shortest", word: "run" });
    // Blocked presses don't add up.
    session.nudge(-20);
    expect(session.words[1]!.start).toBe(2060);
    session.nudge(-560);
    expect(shown(session.words)).toBe(`Slow[1000-1400] river[1500-2000] run[2000-2600] ${REST}`);
    expect(session.unsaved).toBe(false);
    expect(session.canUndo).toBe(false);
    session.nudge(20);
    session.undo();
    expect(session.unsaved).toBe(false);
});

test("a shared border moves with either word's edge, and alone with Alt", () => {
    session.select(1);
    session.nudgeEdge("end", -100);
    expect(shown(session.words)).toBe(`Slow[1000-1400] river[1500-1900] run[1900-2600] ${REST}`);
    session.nudgeEdge("end", -100, true);
    expect(shown(session.words)).toBe(`Slow[1000-1400] river[1500-1800] run[1900-2600] ${REST}`);
    session.undo();
    session.undo();
    expect(session.canUndo).toBe(false);
    expect(session.unsaved).toBe(false);
});

test("a field's arrows are one step until it is left", () => {
    session.select(1);
    for (const to of [1510, 1520, 1530]) session.setEdge("start", to, "typed");
    session.settle();
    session.setEdge("start", 1540, "typed");
    session.undo();
    expect(session.words[1]!.start).toBe(1530);
    session.undo();
    expect(session.canUndo).toBe(false);
});

test("a preview is a step only once it is kept", () => {
    session.select(1);
    const moved = operations.moveAll(session.words, [1], -50, 5000);
    session.preview(moved);
    expect(session.words[1]!.start).toBe(1450);
    expect(session.serialise()).toBe("");
    session.preview(null);
    expect(session.words[1]!.start).toBe(1500);
    session.preview(moved);
    session.keepPreview();
    expect(session.canUndo).toBe(true);
    expect(changes.at(-1)).toBe("words");
    session.undo();
    session.preview(operations.moveAll(session.words, [1], 0, 5000));
    session.keepPreview();
    expect(session.canUndo).toBe(false);
});

test("saved is what is no longer unsaved, also after undo", () => {
    session.select(1);
    session.nudge(-10);
    expect(session.unsaved).toBe(true);
    session.markSaved();
    expect(session.unsaved).toBe(false);
    session.undo();
    expect(session.unsaved).toBe(true);
    session.redo();
    expect(session.unsaved).toBe(false);
});

test("the selection grows from where it began, and a line is selected whole", () => {
    session.select(4);
    session.select(2, true);
    expect(session.selection).toEqual({ from: 2, to: 5 });
    expect(session.focus).toBe(2);
    session.select(4);
    session.selectLine();
    expect(session.selection).toEqual({ from: 3, to: 6 });
});

describe("merging", () => {
    test("one word with the next", () => {
        session.select(0);
        session.merge();
        expect(session.words[0]!.text).toBe("Slow river");
    });

    test("the last of a line with nothing", () => {
        session.select(2);
        session.merge();
        expect(session.words).toHaveLength(6);
    });

    test("the selected", () => {
        session.select(0);
        session.select(2, true);
        session.merge();
        expect(session.words[0]!.text).toBe("Slow river run");
        expect(session.selection).toEqual({ from: 0, to: 1 });
    });
});

test("removing selects what comes next, and all words can go", () => {
    session.select(5);
    session.remove();
    expect(session.focus).toBe(4);
    session.select(0);
    session.select(4, true);
    session.remove();
    expect(session.words).toEqual([]);
    expect(session.focus).toBe(-1);
    session.remove();
    session.nudge(10);
    session.startTap();
    expect(session.tap).toBeNull();
    expect(session.insert("oh", 200)).toBe(true);
    expect(shown(session.words)).toBe("oh[200-600]");
});

test("a word is inserted after the selected one, or before the first", () => {
    session.select(2);
    expect(session.insert("oh", 2700)).toBe(true);
    expect([session.focus, session.words[3]!.text]).toEqual([3, "oh"]);
    session.select(0);
    expect(session.insert("hey", 200)).toBe(true);
    expect(session.words[0]).toMatchObject({ text: "hey", first: true });
    session.select(2);
    expect(session.insert("no", 0)).toBe(false);
});

describe("tapping a line", () => {
    test("takes one time more than words, as one step", () => {
        session.select(4);
        session.startTap();
        for (const time of [2700, 3000, 3400]) session.tapAt(time);
        expect(session.tap!.times).toHaveLength(3);
        expect(session.unsaved).toBe(false);
        session.tapAt(3900);
        expect(session.tap).toBeNull();
        expect(shown(session.words)).toContain("/ la[2700-3000] la[3000-3400] la[3400-3900]");
        session.undo();
        expect(session.unsaved).toBe(false);
    });

    test("can be given up", () => {
        session.startTap();
        session.tapAt(900);
        session.cancelTap();
        session.tapAt(1000);
        expect(session.canUndo).toBe(false);
    });

    test.each<[string, () => void]>([
        ["words are deleted", () => session.remove()],
        ["words are merged", () => session.merge()],
        ["an edit is undone", () => session.undo()],
        ["all edits are discarded", () => session.reset()],
    ])("ends where %s meanwhile", (_, change) => {
        session.select(5);
        session.setText("lo");
        session.split(3800);
        session.startTap();
        session.tapAt(3000);
        change();
        expect(session.tap).toBeNull();
        expect(changes).toContain("tap");
        const { words } = session;
        for (const time of [3200, 3400, 3600, 3800]) session.tapAt(time);
        expect(session.words).toBe(words);
    });
});

test("edits that were copied take the place of all there are, as one step", () => {
    session.select(0);
    session.nudge(-10);
    const edits = [
        { at: 1, was: [["river", 1500, 2000, 0, 1]], now: [["River", 1500, 2000, 0, 1]] },
        { at: 2, was: [["jog", 2000, 2600, 0, 1]], now: [] },
    ] as const;
    const refused = session.load({ version: 1, base: "other", edits });
    expect(refused).toEqual([{ edit: edits[1], reason: "gone" }]);
    expect(shown(session.words)).toBe(`Slow[1000-1400] River[1500-2000] run[2000-2600] ${REST}`);
    session.undo();
    expect(session.words[0]!.start).toBe(990);
});

test("edits come in, are marked, and can all be discarded", () => {
    const edits = [{ at: 1, was: [["river", 1500, 2000, 0, 1]], now: [["River", 1500, 2000, 0, 1]] }] as const;
    session = new Session(baseOf(), { version: 1, base: "mark", edits });
    expect(session.words.map((word) => session.isEdited(word))).toEqual([false, true, false, false, false, false]);
    expect(session.unsaved).toBe(false);
    session.reset();
    expect(session.serialise()).toBe("");
    expect(session.unsaved).toBe(true);
    session.undo();
    expect(JSON.parse(session.serialise()).edits).toEqual(edits);
});

describe("what is doubtful", () => {
    const doubts = [0, 1, 0, 2, 0, 0] as const;

    test("is no longer so once a person has set it", () => {
        session = new Session({ ...baseOf(), doubts }, NONE);
        expect(session.doubtful).toEqual([1, 3]);
        session.select(1);
        session.toggleSpace();
        session.select(2);
        session.toggleLine();
        // Neither a space nor a line is a time.
        expect(session.doubtful).toEqual([1, 3]);
        session.select(1);
        session.nudge(-10);
        expect(session.doubtful).toEqual([3]);
        session.nudge(10);
        expect(session.doubtful).toEqual([1, 3]);
        session.select(3);
        session.setText("lo");
        session.select(1);
        session.split(1700);
        expect(session.doubtful).toEqual([]);
    });
});

describe("all that follows", () => {
    test("goes along, one key held down as one step", () => {
        session.ripple = true;
        session.select(4);
        for (let k = 0; k < 3; k++) session.nudge(50);
        expect(shown(session.words)).toBe(
            "Slow[1000-1400] river[1500-2000] run[2000-2600] / la[3000-3300] la[3450-3750] la[3750-4150]",
        );
        session.undo();
        expect(session.canUndo).toBe(false);
    });

    test("is what followed where the key was first pressed", () => {
        const base = { ...baseOf([["Hey", 1000, 1400, 1, 1], ["Me", 1600, 1900, 1, 1]]), voices: ["Anna", "Ben"] };
        session = new Session(base, NONE);
        session.ripple = true;
        session.select(1);
        session.nudge(-400);
        session.nudge(-400);
        // It has passed the other voice's word, which it does not take along.
        expect(shown(session.words)).toBe("Hey[1000-1400] / Me[800-1100]");
        session.nudge(100);
        expect(shown(session.words)).toBe("Hey[1000-1400] / Me[900-1200]");
    });

    test("stops at the end as one", () => {
        session.ripple = true;
        session.select(0);
        session.nudge(5000);
        expect(shown(session.words)).toBe(
            "Slow[2000-2400] river[2500-3000] run[3000-3600] / la[4000-4300] la[4300-4600] la[4600-5000]",
        );
        expect(session.blocked).toEqual({ by: "last", word: "la" });
    });
});

test("a line is moved whole wherever its focus is", () => {
    session.select(4);
    session.nudgeLine(-200);
    session.nudgeLine(-200);
    expect(shown(session.words)).toBe(
        "Slow[1000-1400] river[1500-2000] run[2000-2600] / la[2600-2900] la[2900-3200] la[3200-3600]",
    );
    session.undo();
    expect(session.canUndo).toBe(false);
});

test("gaps are filled in the line, or among the words that are selected", () => {
    session.select(1);
    expect(session.fillGaps()).toBe(true);
    expect(session.words[0]!.end).toBe(1500);
    expect(session.words[2]!.end).toBe(2600);
    expect(session.fillGaps()).toBe(false);
    session.undo();
    session.select(1);
    session.select(2, true);
    expect(session.fillGaps()).toBe(false);
});

test("syllables are where the timings have them, stretched as the word was", () => {
    session = new Session({ ...baseOf(), syllables: { 1: [["ri", 1500, 1600], ["ver", 1600, 2000]] } }, NONE);
    session.select(1);
    session.nudgeEdge("end", -100, true);
    session.splitSyllables();
    expect(shown(session.words.slice(1, 3))).toBe("ri[1500-1580] ver[1580-1900]");
    session.select(2);
    expect(session.mergeSyllables()).toBe(true);
    expect(session.words[1]).toMatchObject({ text: "river", start: 1500, end: 1900, space: true });
    // Of another text they are not known.
    session.setText("winter");
    session.splitSyllables();
    expect(shown(session.words.slice(1, 3))).toBe("win[1500-1700] ter[1700-1900]");
    session.select(0);
    expect(session.mergeSyllables()).toBe(false);
    session.setText("I");
    expect(session.splitSyllables()).toBe(false);
});

test("a line is tapped on from the word that comes at a time", () => {
    session.select(4);
    expect([0, 1450, 1550, 2700, 3100, 3650, 4500].map((time) => session.nextAt(time))).toEqual([0, 1, 1, 3, 3, 5, -1]);
    session.startTap(4);
    for (const time of [3400, 3700, 4100]) session.tapAt(time);
    expect(shown(session.words.slice(3))).toBe("la[3000-3300] la[3400-3700] la[3700-4100]");
});

test("a line's other voice is an edit of it, and can be taken back", () => {
    session = new Session({ ...baseOf(), voices: Array(6).fill("Anna") }, NONE);
    session.select(4);
    session.setVoice(" Ben  B. ");
    expect(session.voices).toEqual(["Anna", "Ben B."]);
    expect(session.words.map((word) => session.isEdited(word))).toEqual([false, false, false, true, false, false]);
    session.setVoice("Anna");
    expect(session.serialise()).toBe("");
    session.undo();
    session.undo();
    expect(session.unsaved).toBe(false);
});

test("what the node holds can be gone back to", () => {
    session.select(1);
    session.nudge(-10);
    session.markSaved();
    session.nudge(-10);
    session.revert();
    expect(session.unsaved).toBe(false);
    expect(session.words[1]!.start).toBe(1490);
    session.undo();
    expect(session.words[1]!.start).toBe(1480);
});
