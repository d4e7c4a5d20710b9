// The sound's outline, as the server computed it: int8 pairs of lowest and highest, from fine to coarse.

export interface PeakLevel {
    /** Columns per second. */
    readonly rate: number;
    readonly columns: Int8Array;
}

/** levels: [rate, columns] of each, whose pairs follow one another. */
export function readPeaks(data: ArrayBuffer, levels: readonly (readonly [number, number])[]): PeakLevel[] {
    let offset = 0;
    return levels.map(([rate, count]) => {
        const columns = new Int8Array(data, offset, count * 2);
        offset += count * 2;
        return { rate, columns };
    });
}

/** The coarsest level that still has a column for each pixel, else the finest. */
export function levelFor(levels: readonly PeakLevel[], scale: number): PeakLevel | undefined {
    return levels.findLast((level) => level.rate >= scale) ?? levels[0];
}

/** Lowest and highest, -1..1, of a stretch of seconds. */
export function extremes(level: PeakLevel, from: number, to: number): [number, number] {
    const count = level.columns.length / 2;
    const first = Math.min(Math.max(Math.floor(from * level.rate), 0), count);
    const last = Math.min(Math.max(Math.ceil(to * level.rate), first + 1), count);
    let low = 0;
    let high = 0;
    for (let column = first; column < last; column++) {
        low = Math.min(low, level.columns[2 * column]!);
        high = Math.max(high, level.columns[2 * column + 1]!);
    }
    return [low / 127, high / 127];
}
