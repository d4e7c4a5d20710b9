// What the page works out for nodes: the choice of a person, and colours.
import { expect, test } from "vitest";
import { clicked, clock, idsOf, ranges } from "../../web/src/faces/choice";
import { TEXTS as FACES } from "../../web/src/faces/texts";
import { TEXTS as STYLE } from "../../web/src/lyric_style/texts";
import { replaced, split } from "../../web/src/lyric_style/colours";
import { TEXTS as NOTICES } from "../../web/src/notices/texts";

test("a click on a face chooses it, with Shift as well as the others", () => {
    expect(clicked("largest", 2, false)).toBe("2");
    expect(clicked("largest", 2, true)).toBe("2");
    expect(clicked("3", 1, true)).toBe("1+3");
    expect(clicked("1+3", 3, true)).toBe("1");
    expect(clicked("1", 1, true)).toBe("1");
    expect(clicked("1+3", 2, false)).toBe("2");
});

test("ids of a value, and none of a rule", () => {
    expect(idsOf("1 + 3")).toEqual([1, 3]);
    for (const rule of ["largest", "left", "", "1+left"]) expect(idsOf(rule)).toEqual([]);
});

test("shots and times are short", () => {
    expect(ranges([1, 2, 3, 5])).toBe("1–3, 5");
    expect(ranges([])).toBe("");
    expect(clock(65.98)).toBe("1:06");
    expect(clock(0)).toBe("0:00");
});

const names = (colour: string) => (colour === "white" ? "#ffffff" : null);

test("every way to write a colour is a swatch, and what is none is not", () => {
    expect(split("#abc", names)).toEqual(["#aabbcc", ""]);
    expect(split("#ABCDEF80", names)).toEqual(["#abcdef", "80"]);
    expect(split(" white ", names)).toEqual(["#ffffff", ""]);
    for (const none of ["", "reddish", "#12", "rgb(1,2,3)"]) expect(split(none, names)).toBeNull();
});

test("a new colour keeps the opacity of the one before", () => {
    expect(replaced("#00000080", "#ff0000", names)).toBe("#ff000080");
    expect(replaced("white", "#ff0000", names)).toBe("#ff0000");
    expect(replaced("", "#ff0000", names)).toBe("#ff0000");
});

test.each([["faces", FACES], ["styles", STYLE], ["notices", NOTICES]])("every language has every text of %s", (_, tables) => {
    const paths = (value: unknown, at = ""): string[] =>
        typeof value === "object" ? Object.entries(value as object).flatMap(([key, part]) => paths(part, `${at}.${key}`)) : [at];
    for (const table of Object.values(tables)) expect(paths(table).sort()).toEqual(paths(tables.en).sort());
});
