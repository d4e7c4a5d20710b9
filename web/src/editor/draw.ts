// What is drawn of a song: only what is in view, in time that does not grow with the song.
import type { Doubt } from "./edits";
import type { Palette } from "./palette";
import { extremes, levelFor, type PeakLevel } from "./peaks";
import { type Timeline, timelineOf } from "./timeline";
import { clock, span, tick, toTime, toX, type View } from "./view";
import { directionOf, type Range, textOf, type Word } from "./words";

const RULER = 20;
/** Of each lane: the strip with its lines' texts, by which a line is held. */
const LINES = 20;
const LABEL = 24;
/** Between the stripes of a word that was edited. */
const HATCH = 9;
const NARROWEST_TEXT = 10;
const TICK_ROOM = 90;
/** How much of what is drawn is hidden below a text. */
const HIDDEN = 0.75;
/** Longer texts are cut before the browser lays them out; no word in view shows more. */
const LONGEST = 200;

/** Draws something over a canvas of a height, pixels. */
type Draw<What> = (
    context: CanvasRenderingContext2D,
    view: View,
    height: number,
    what: What,
    palette: Palette,
) => void;

interface Marked {
    readonly words: readonly Word[];
    readonly selection: Range;
    readonly edited: (word: Word) => boolean;
    readonly doubt: (word: Word) => Doubt;
}

/** A lane's part of the height, pixels: its lines' texts, and below them its words. */
export interface Row {
    readonly top: number;
    readonly words: number;
    readonly bottom: number;
}

/** The rows of so many lanes, from the ruler down. */
export function rowsOf(lanes: number, height: number): Row[] {
    const each = (height - RULER) / Math.max(lanes, 1);
    return Array.from({ length: Math.max(lanes, 1) }, (_, lane) => {
        const top = RULER + lane * each;
        return { top, words: top + LINES, bottom: top + each };
    });
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

export const drawWords: Draw<Marked> = (context, view, height, marked, palette) => {
    const { words, selection } = marked;
    context.clearRect(0, 0, view.width, height);
    context.textBaseline = "middle";
    context.textAlign = "center";
    const timeline = timelineOf(words);
    const rows = rowsOf(timeline.lanes.length, height);
    const until = view.start + span(view);
    if (rows.length > 1) drawRows(context, view, rows, timeline, palette);
    for (const number of timeline.linesWithin(view.start, until)) {
        const line = timeline.lines[number]!;
        drawLine(context, view, words, line, rows[timeline.laneOf(line.from)]!, palette);
    }
    for (const index of timeline.within(view.start, until)) {
        const chosen = index >= selection.from && index < selection.to;
        const other = timeline.placeOf(index) % 2 === 1;
        drawWord(context, view, words[index]!, rows[timeline.laneOf(index)]!, { chosen, other, ...marked }, palette);
    }
    if (rows.length > 1) drawVoices(context, rows, timeline, palette);
};

function drawWord(
    context: CanvasRenderingContext2D,
    view: View,
    word: Word,
    { words: top, bottom }: Row,
    { chosen, other, edited, doubt }: Pick<Marked, "edited" | "doubt"> & { chosen: boolean; other: boolean },
    palette: Palette,
): void {
    const x = toX(view, word.start);
    const width = Math.max(toX(view, word.end) - x, 1);
    const height = bottom - top - 1;
    const doubtful = doubt(word);
    const changed = edited(word);
    context.fillStyle = doubtful ? palette.doubt : other ? palette.other : palette.word;
    context.fillRect(x, top, width, height);
    if (chosen) {
        context.fillStyle = palette.chosen;
        context.fillRect(x, top, width, height);
    }
    if (changed) hatch(context, x, top, width, height, palette.edited);
    context.fillStyle = chosen ? palette.chosenEdge : palette.edge;
    const stroke = chosen ? 2 : 1;
    for (const edge of [x, x + width - stroke]) {
        // A time that is a guess has edges that are none.
        if (doubtful === 2) for (let y = top; y < bottom - 1; y += 8) context.fillRect(edge, y, stroke, 4);
        else context.fillRect(edge, top, stroke, height);
    }
    if (changed && width > 6) {
        context.fillStyle = palette.edited;
        context.fillRect(x + stroke, top, width - 2 * stroke, 3);
    }
    const mark = changed ? "✎" : doubtful === 2 ? "≈" : doubtful ? "?" : "";
    if (mark && width >= 2 * NARROWEST_TEXT) {
        clear(context, x + width / 2 - 9, top + 4, 18, 18, palette);
        context.font = `600 13px ${palette.font}`;
        context.fillStyle = changed ? palette.edited : palette.doubtMark;
        context.fillText(mark, x + width / 2, top + 13);
    }
    if (width >= NARROWEST_TEXT) {
        clear(context, x + stroke, bottom - LABEL, width - 2 * stroke, LABEL - 1, palette);
        context.font = `${chosen ? "600 " : ""}13px ${palette.font}`;
        write(context, word.text, x, bottom - LABEL, width, LABEL, palette.text);
    }
}

/** Ground for a text, through which what is below it is still seen. */
function clear(
    context: CanvasRenderingContext2D,
    x: number,
    y: number,
    width: number,
    height: number,
    palette: Palette,
): void {
    context.save();
    context.fillStyle = palette.ground;
    context.globalAlpha = HIDDEN;
    context.fillRect(x, y, width, height);
    context.restore();
}

/** Stripes that rise to the right, at the same places wherever the box begins. */
function hatch(
    context: CanvasRenderingContext2D,
    x: number,
    y: number,
    width: number,
    height: number,
    colour: string,
): void {
    context.save();
    context.beginPath();
    context.rect(x, y, width, height);
    context.clip();
    context.beginPath();
    for (let at = Math.floor((x - height) / HATCH) * HATCH; at < x + width; at += HATCH) {
        context.moveTo(at, y + height);
        context.lineTo(at + height, y);
    }
    context.globalAlpha = 0.45;
    context.lineWidth = 1.5;
    context.strokeStyle = colour;
    context.stroke();
    context.restore();
}

function drawRows(
    context: CanvasRenderingContext2D,
    view: View,
    rows: readonly Row[],
    { lanes }: Timeline,
    palette: Palette,
): void {
    // Lines are read over the waveform.
    for (const { top } of rows.slice(1)) clear(context, 0, top, view.width, LINES - 3, palette);
    context.fillStyle = palette.muted;
    rows.forEach(({ top }, lane) => {
        // Between two voices, and thinner between the layers of one.
        if (lane) context.fillRect(0, top - 1, view.width, lanes[lane]!.layer ? 0.5 : 1);
    });
}

/** Who sings, at the left of the row whatever is in view. */
function drawVoices(
    context: CanvasRenderingContext2D,
    rows: readonly Row[],
    { lanes }: Timeline,
    palette: Palette,
): void {
    context.font = `600 11px ${palette.font}`;
    context.textAlign = "left";
    lanes.forEach(({ voice, layer }, lane) => {
        if (!voice || layer) return;
        const shown = voice.length > LONGEST ? voice.slice(0, LONGEST) : voice;
        const { top } = rows[lane]!;
        const width = Math.min(context.measureText(shown).width, 120);
        context.fillStyle = palette.ground;
        context.fillRect(0, top, width + 12, LINES - 3);
        context.fillStyle = palette.text;
        context.fillText(shown, 5, top + (LINES - 4) / 2, 120);
    });
    context.textAlign = "center";
}

function drawLine(
    context: CanvasRenderingContext2D,
    view: View,
    words: readonly Word[],
    { from, to }: Range,
    { top }: Row,
    palette: Palette,
): void {
    const parts = words.slice(from, to);
    const x = toX(view, parts[0]!.start);
    const width = toX(view, Math.max(...parts.map((word) => word.end))) - x;
    context.fillStyle = palette.muted;
    context.fillRect(x, top + LINES - 3, Math.max(width, 1), 2);
    if (width < NARROWEST_TEXT) return;
    context.font = `11px ${palette.font}`;
    // Of a line that reaches out of view, the middle of what is in view.
    const left = Math.max(x, 0);
    const right = Math.min(x + width, view.width);
    write(context, textOf(parts.slice(0, LONGEST)), left, top, right - left, LINES - 4, palette.muted);
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
    const backwards = directionOf(shown) === "rtl";
    context.direction = backwards ? "rtl" : "ltr";
    context.fillStyle = colour;
    if (!wide) return context.fillText(shown, x + width / 2, y + height / 2);
    // Where it is cut, its beginning is seen.
    context.save();
    context.beginPath();
    context.rect(x + 2, y, width - 4, height);
    context.clip();
    context.textAlign = backwards ? "right" : "left";
    context.fillText(shown, backwards ? x + width - 3 : x + 3, y + height / 2);
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
