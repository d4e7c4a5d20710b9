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
    const moved = operations.move(session.words, { from: 1, to: 2 }, -50, 5000);
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
    session.preview(operations.move(session.words, { from: 1, to: 2 }, 0, 5000));
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
