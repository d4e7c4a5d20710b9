import { expect, test } from "vitest";
import { nearestShape } from "../../web/src/shared/shapes";

test("a video is shown in the shape that it comes closest to", () => {
    expect(nearestShape([1920, 1080])).toBe("16:9");
    expect(nearestShape([2560, 1080])).toBe("16:9");
    expect(nearestShape([720, 1280])).toBe("9:16");
    expect(nearestShape([1080, 1350])).toBe("1:1");
    expect(nearestShape([640, 640])).toBe("1:1");
    expect(nearestShape([720, 576])).toBe("4:3");
});
