// Edges that are dragged near another edge, or the cursor, go there.
import { touches } from "./operations";
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

/** The edges next to a range of words, but for those that touch it: where it already is holds nothing back. */
export function neighbours(words: readonly Word[], range: Range): number[] {
    const [before, after] = [words[range.from - 1], words[range.to]];
    const [first, last] = [words[range.from], words[range.to - 1]];
    return [
        ...(before ? (touches(before, first) ? [] : [before.end]) : [0]),
        ...(after && !touches(last, after) ? [after.start] : []),
    ];
}
