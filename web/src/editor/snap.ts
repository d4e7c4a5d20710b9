// Edges that are dragged near another edge, or the cursor, go there.
import type { Range, Word } from "./words";

/** The nearest of the targets within reach of any of the times: by how much to go there, else 0. */
export function snap(times: readonly number[], targets: readonly number[], reach: number): number {
    let best = 0;
    let nearest = reach;
    for (const time of times) {
        for (const target of targets) {
            const away = Math.abs(target - time);
            if (away <= nearest) {
                nearest = away;
                best = target - time;
            }
        }
    }
    return best;
}

/** The edges next to a range of words. */
export function neighbours(words: readonly Word[], range: Range): number[] {
    const before = words[range.from - 1];
    const after = words[range.to];
    return [...(before ? [before.end] : [0]), ...(after ? [after.start] : [])];
}
