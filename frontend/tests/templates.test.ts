import { expect, test } from "vitest";
import { inOrder } from "../../web/src/templates/order";
import { bounds, fit, type Box } from "../../web/src/templates/view";

test("the templates of the pack are in order, unknown ones last, and others' are left alone", () => {
    const found = { "some-pack": ["b", "a"], "lipsync-studio-1": ["own", "two", "three", "one"] };
    expect(inOrder(found, ["one", "two", "three"])).toEqual({
        "some-pack": ["b", "a"],
        "lipsync-studio-1": ["one", "two", "three", "own"],
    });
    expect(found["lipsync-studio-1"][0]).toBe("own");
    expect(inOrder(found, [])).toEqual(found);
});

test("a graph is shown whole in the middle of what is free, never larger than life", () => {
    expect(bounds([])).toBeNull();
    const box = bounds([[-20, 10, 100, 50], [300, 0, 700, 500]]) as Box;
    expect(box).toEqual([-20, 0, 1020, 500]);
    const { scale, offset } = fit(box, [60, 100, 530, 400], 10);
    expect(scale).toBe(0.5);
    const at = (x: number, y: number) => [(x + offset[0]) * scale, (y + offset[1]) * scale];
    expect(at(-20, 250)).toEqual([70, 300]);
    expect(at(1000, 0)).toEqual([580, 175]);
    expect(fit([0, 0, 10, 10], [0, 0, 1000, 1000], 10).scale).toBe(1);
});
