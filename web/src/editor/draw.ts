// What is drawn of a song: only what is in view, in time that does not grow with the song.
import type { Palette } from "./palette";
import { extremes, levelFor, type PeakLevel } from "./peaks";
import { clock, span, tick, toTime, toX, type View } from "./view";
import { lineAt, type Range, textOf, type Word, wordBefore } from "./words";

export const RULER = 20;
export const LINES = 20;
const LABEL = 24;
const NARROWEST_TEXT = 10;
const TICK_ROOM = 90;
/** Longer texts are cut before the browser lays them out; no word in view shows more. */
const LONGEST = 200;
/** Words that overlap are found if they begin this many words before what is in view. */
const OVERLAPPING = 8;

/** Draws something over a canvas of a height, pixels. */
type Draw<What> = (
    context: CanvasRenderingContext2D,
    view: View,
    height: number,
    what: What,
    palette: Palette,
) => void;

export interface Marked {
    readonly words: readonly Word[];
    readonly selection: Range;
    readonly edited: (word: Word) => boolean;
}

export const drawWave: Draw<readonly PeakLevel[]> = (context, view, height, levels, palette) => {
    context.clearRect(0, 0, view.width, height);
    drawRuler(context, view, palette);
    const top = RULER + LINES;
    const middle = top + (height - LABEL - top) / 2;
    const reach = (height - LABEL - top) / 2 - 2;
    const level = levelFor(levels, view.scale);
    if (!level) return;
    context.fillStyle = palette.wave;
    context.beginPath();
    for (let x = 0; x < view.width; x++) {
        const [low, high] = extremes(level, toTime(view, x) / 1000, toTime(view, x + 1) / 1000);
        context.rect(x, middle - high * reach - 0.5, 1, (high - low) * reach + 1);
    }
    context.fill();
};

function drawRuler(context: CanvasRenderingContext2D, view: View, palette: Palette): void {
    const step = tick(view, TICK_ROOM) * 1000;
    const digits = step < 100 ? 2 : step < 1000 ? 1 : 0;
    context.font = `11px ${palette.font}`;
    context.textBaseline = "middle";
    context.textAlign = "left";
    context.fillStyle = palette.muted;
    for (let time = Math.ceil(view.start / step) * step; time <= view.start + span(view); time += step) {
        const x = Math.round(toX(view, time));
        context.fillRect(x, 0, 1, RULER - 4);
        context.fillText(clock(time, digits), x + 4, RULER / 2 - 1);
    }
}

/** The words in view. */
export function visible(words: readonly Word[], view: View): Range {
    const from = Math.max(wordBefore(words, view.start) - OVERLAPPING, 0);
    return { from, to: wordBefore(words, view.start + span(view)) + 1 };
}

export const drawWords: Draw<Marked> = (context, view, height, { words, selection, edited }, palette) => {
    context.clearRect(0, 0, view.width, height);
    context.textBaseline = "middle";
    context.textAlign = "center";
    const { from, to } = visible(words, view);
    if (from < to) drawLines(context, view, words, from, to, palette);
    const top = RULER + LINES;
    for (let index = from; index < to; index++) {
        const word = words[index]!;
        const x = toX(view, word.start);
        const width = Math.max(toX(view, word.end) - x, 1);
        if (x + width < 0 || x > view.width) continue;
        const chosen = index >= selection.from && index < selection.to;
        context.fillStyle = chosen ? palette.chosen : index % 2 ? palette.other : palette.word;
        context.fillRect(x, top, width, height - top);
        context.fillStyle = chosen ? palette.chosenEdge : palette.edge;
        const stroke = chosen ? 2 : 1;
        context.fillRect(x, top, stroke, height - top);
        context.fillRect(x + width - stroke, top, stroke, height - top);
        if (width > 6 && edited(word)) {
            context.fillStyle = palette.edited;
            context.fillRect(x + stroke, top, width - 2 * stroke, 3);
        }
        if (width >= NARROWEST_TEXT) {
            context.font = `${chosen ? "600 " : ""}13px ${palette.font}`;
            write(context, word.text, x, height - LABEL, width, LABEL, palette.text);
        }
    }
};

function drawLines(
    context: CanvasRenderingContext2D,
    view: View,
    words: readonly Word[],
    from: number,
    to: number,
    palette: Palette,
): void {
    context.font = `11px ${palette.font}`;
    for (let index = lineAt(words, from).from; index < to; ) {
        const line = lineAt(words, index);
        const parts = words.slice(line.from, line.to);
        const x = toX(view, parts[0]!.start);
        const width = toX(view, parts.at(-1)!.end) - x;
        context.fillStyle = palette.muted;
        context.fillRect(x, RULER + LINES - 3, Math.max(width, 1), 2);
        if (width >= NARROWEST_TEXT) {
            // Of a line that reaches out of view, the middle of what is in view.
            const left = Math.max(x, 0);
            const right = Math.min(x + width, view.width);
            write(context, textOf(parts.slice(0, LONGEST)), left, RULER, right - left, LINES - 4, palette.muted);
        }
        index = line.to;
    }
}

/** A text in the middle of a box, cut where it is wider. */
function write(
    context: CanvasRenderingContext2D,
    text: string,
    x: number,
    y: number,
    width: number,
    height: number,
    colour: string,
): void {
    if (width < NARROWEST_TEXT) return;
    const shown = text.length > LONGEST ? text.slice(0, LONGEST) : text;
    const wide = context.measureText(shown).width > width - 4;
    context.fillStyle = colour;
    if (!wide) return context.fillText(shown, x + width / 2, y + height / 2);
    context.save();
    context.beginPath();
    context.rect(x + 2, y, width - 4, height);
    context.clip();
    context.textAlign = "left";
    context.fillText(shown, x + 3, y + height / 2);
    context.restore();
}

/** The whole song, and which part of it is in view. */
export const drawOverview: Draw<readonly PeakLevel[]> = (context, view, height, levels, palette) => {
    const { width, duration } = view;
    context.clearRect(0, 0, width, height);
    const level = levelFor(levels, (width / duration) * 1000);
    if (level) {
        context.fillStyle = palette.wave;
        context.beginPath();
        for (let x = 0; x < width; x++) {
            const [from, to] = [(x / width) * duration, ((x + 1) / width) * duration];
            const [low, high] = extremes(level, from / 1000, to / 1000);
            context.rect(x, (height / 2) * (1 - high), 1, (height / 2) * (high - low) + 0.5);
        }
        context.fill();
    }
    const left = (view.start / duration) * width;
    const wide = Math.max((span(view) / duration) * width, 3);
    context.fillStyle = palette.word;
    context.fillRect(left, 0, wide, height);
    context.strokeStyle = palette.chosenEdge;
    context.lineWidth = 1;
    context.strokeRect(left + 0.5, 0.5, wide - 1, height - 1);
};
