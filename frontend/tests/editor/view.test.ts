import { expect, test } from "vitest";
import { extremes, levelFor, readPeaks } from "../../../web/src/editor/peaks";
import { snap } from "../../../web/src/editor/snap";
import * as views from "../../../web/src/editor/view";
import { rowsOf } from "../../../web/src/editor/draw";
import { directionOf, lineAt, linesOf, textOf } from "../../../web/src/editor/words";
import { wordsOf } from "./song";

const VIEW: views.View = { start: 10_000, scale: 100, width: 1000, duration: 600_000 };

test("pixels and times", () => {
    expect(views.toX(VIEW, 12_500)).toBe(250);
    expect(views.toTime(VIEW, 250)).toBe(12_500);
    expect(views.span(VIEW)).toBe(10_000);
});

test("zooming keeps what is under the pointer, and ends at the whole song and at single columns", () => {
    const near = views.zoom(VIEW, 2, 400);
    expect([near.scale, views.toTime(near, 400)]).toEqual([200, 14_000]);
    expect(views.zoom(VIEW, 1e-6, 400)).toMatchObject({ start: 0, scale: 1000 / 600 });
    expect(views.zoom(VIEW, 1e6, 400).scale).toBe(views.NEAREST);
});

test("the view stays inside the song", () => {
    expect(views.scroll(VIEW, -1e6).start).toBe(0);
    expect(views.scroll(VIEW, 1e7).start).toBe(590_000);
    const short = views.settled({ start: 0, scale: 1, width: 1000, duration: 500 });
    expect(views.span(short)).toBeCloseTo(500);
});

test("following turns the page before the right edge", () => {
    expect(views.follow(VIEW, 18_000)).toBe(VIEW);
    expect(views.follow(VIEW, 19_500).start).toBe(18_500);
    expect(views.follow(VIEW, 500).start).toBe(0);
});

test("revealing moves no more than needed", () => {
    expect(views.reveal(VIEW, 12_000, 13_000)).toBe(VIEW);
    expect(views.reveal(VIEW, 25_000, 26_000).start).toBe(16_500);
    expect(views.reveal(VIEW, 5_000, 6_000).start).toBe(4_500);
});

test("a stretch fills the view", () => {
    const framed = views.frame(VIEW, 20_000, 22_000);
    expect(views.toX(framed, 21_000)).toBeCloseTo(500);
    expect(views.span(framed)).toBeCloseTo(2200);
});

test.each([
    [0, 3, "0:00.000"],
    [62_500, 3, "1:02.500"],
    [59_999.6, 3, "1:00.000"],
    [599_960, 0, "10:00"],
    [-5, 2, "0:00.00"],
])("%d ms with %i digits is %s", (time, digits, text) => {
    expect(views.clock(time, digits)).toBe(text);
});

test("marks of the ruler keep apart", () => {
    expect(views.tick(VIEW, 90)).toBe(1);
    expect(views.tick({ ...VIEW, scale: 500 }, 90)).toBe(0.2);
    expect(views.tick({ ...VIEW, scale: 0.05 }, 90)).toBe(1200);
});

test("an edge goes to the nearest target in reach", () => {
    expect(snap([1000, 1500], [980, 1510], 30)).toBe(10);
    expect(snap([1000], [900, 1200], 30)).toBe(0);
});

test("peaks: the coarsest level that has a column for a pixel", () => {
    const data = new Int8Array([-127, 127, -10, 20, 0, 0, 0, 64, -127, 127]);
    const levels = readPeaks(data.buffer, [
        [500, 4],
        [125, 1],
    ]);
    expect(levels.map((level) => level.columns.length)).toEqual([8, 2]);
    expect(levelFor(levels, 100)!.rate).toBe(125);
    expect(levelFor(levels, 126)!.rate).toBe(500);
    expect(levelFor(levels, 5000)!.rate).toBe(500);
    expect(extremes(levels[0]!, 0.002, 0.008)).toEqual([-10 / 127, 64 / 127]);
    expect(extremes(levels[0]!, 99, 100)).toEqual([0, 0]);
});

test("words of lines", () => {
    const words = wordsOf();
    expect(linesOf(words)).toEqual([
        { from: 0, to: 3 },
        { from: 3, to: 6 },
    ]);
    expect(linesOf([])).toEqual([]);
    expect(lineAt(words, 4)).toEqual({ from: 3, to: 6 });
    expect(textOf(words.slice(0, 3))).toBe("Slow river run");
});

test("each lane has its part of the height", () => {
    expect(rowsOf(1, 320)).toEqual([{ top: 20, words: 40, bottom: 320 }]);
    expect(rowsOf(0, 320)).toHaveLength(1);
    const rows = rowsOf(3, 320);
    expect(rows.map(({ top }) => top)).toEqual([20, 120, 220]);
    expect(rows.at(-1)!.bottom).toBe(320);
});

test.each([
    ["Slow river", "ltr"],
    ["שלום river", "rtl"],
    ["(“…” عالم)", "rtl"],
    ["river שלום", "ltr"],
    ["1, 2, 3", "ltr"],
])("%s is read %s", (text, direction) => {
    expect(directionOf(text)).toBe(direction);
});
