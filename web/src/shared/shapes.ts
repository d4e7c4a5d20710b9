// The shapes in which a sample of lyrics is drawn.

/** Width to height. */
export const SHAPES = ["16:9", "9:16", "1:1", "4:3"] as const;

/** The shape that a picture of this size comes closest to. */
export function nearestShape([width, height]: readonly [number, number]): string {
    const away = (shape: string) => {
        const [wide, high] = shape.split(":").map(Number) as [number, number];
        return Math.abs(Math.log((width * high) / (height * wide)));
    };
    return [...SHAPES].sort((one, other) => away(one) - away(other))[0]!;
}
