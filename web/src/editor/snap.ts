// Edges that are dragged near another edge, or the cursor, go there.
import { touches } from "./operations";
import { timelineOf } from "./timeline";
import type { Word } from "./words";

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

/** The edges next to words in their lanes, but for those that touch them: where it already is holds nothing back. */
export function neighbours(words: readonly Word[], picked: readonly number[]): number[] {
    const timeline = timelineOf(words);
    const chosen = new Set(picked);
    return picked.flatMap((index) => {
        const word = words[index]!;
        const [left, right] = [timeline.before(index), timeline.after(index)];
        const [before, after] = [words[left], words[right]];
        return [
            ...(chosen.has(left) ? [] : before ? (touches(before, word) ? [] : [before.end]) : [0]),
            ...(after && !chosen.has(right) && !touches(word, after) ? [after.start] : []),
        ];
    });
}
