// The waveform with the words on it: drawing, and what the pointer does there.
import { element } from "../shared/dom";
import { drawOverview, drawWave, drawWords, rowsOf } from "./draw";
import * as operations from "./operations";
import { type Palette, paletteOf } from "./palette";
import type { PeakLevel } from "./peaks";
import type { Session } from "./session";
import { neighbours, snap } from "./snap";
import { timelineOf } from "./timeline";
import * as views from "./view";
import type { Word } from "./words";

const OVERVIEW = 32;
/** Pixels from an edge at which it is what is meant; with a finger, from a word's outside too. */
const EDGE = 6;
const TOUCH_EDGE = 14;
/** A hand that clicks moves less. */
const STILL = 3;
const SNAP = 8;
const FIRST_SECONDS = 12;
/** Pixels that a lane takes at least. */
const LANE = 88;

interface Hit {
    readonly index: number;
    readonly part: operations.Edge | "body" | "line";
}

interface StageEvents {
    /** Where the cursor is wanted, milliseconds. */
    seek(time: number): void;
    open(): void;
    cursor(): number;
}

interface Gesture {
    move(event: PointerEvent): void;
    end(): void;
    cancel(): void;
}

export class Stage {
    readonly box: HTMLElement;
    snapping = true;
    private view: views.View;
    private palette: Palette | null = null;
    private readonly wave = element("canvas");
    private readonly words = element("canvas", { className: "regions" });
    private readonly overview = element("canvas", { className: "overview" });
    private readonly cursor = element("div", { className: "cursor" });
    private readonly place = element("div", { className: "cursor" });
    private readonly main: HTMLElement;
    private readonly resizes = new ResizeObserver(() => this.resize());
    private gesture: Gesture | null = null;
    private height = 0;
    private stale = { wave: true, words: true };
    private frame = 0;

    constructor(
        private readonly session: Session,
        private readonly levels: readonly PeakLevel[],
        label: string,
        private readonly events: StageEvents,
    ) {
        const { duration } = session;
        this.view = { start: 0, scale: 1000 / FIRST_SECONDS, width: 1000, duration: Math.max(duration, 1) };
        // Not a picture: its keys are the editor's own, which screen readers are to leave alone.
        this.main = element("div", { className: "wave", tabIndex: 0, role: "application", ariaLabel: label }, [
            this.wave,
            this.words,
            this.cursor,
        ]);
        const whole = element("div", { className: "whole" }, [this.overview, this.place]);
        whole.ariaHidden = "true";
        this.box = element("div", { className: "stage" }, [this.main, whole]);
        this.listen(whole);
        this.resizes.observe(this.main);
    }

    /** The theme may have changed. */
    restyle(): void {
        this.palette = null;
        this.draw("wave");
    }

    dispose(): void {
        this.resizes.disconnect();
        cancelAnimationFrame(this.frame);
    }

    /** With the next picture. */
    draw(what: "wave" | "words"): void {
        this.stale[what] = true;
        if (what === "wave") this.stale.words = true;
        this.frame ||= requestAnimationFrame(() => {
            this.frame = 0;
            this.paint();
        });
    }

    /** The cursor has moved; following: the view goes along. */
    showCursor(time: number, following: boolean): void {
        if (following && !this.gesture) this.show(views.follow(this.view, time));
        const x = views.toX(this.view, time);
        this.cursor.style.transform = `translateX(${x.toFixed(1)}px)`;
        this.cursor.hidden = x < 0 || x > this.view.width;
        this.place.style.transform = `translateX(${((time / this.view.duration) * this.view.width).toFixed(1)}px)`;
    }

    zoom(factor: number): void {
        const { cursor } = this.events;
        const x = views.toX(this.view, cursor());
        this.show(views.zoom(this.view, factor, x >= 0 && x <= this.view.width ? x : this.view.width / 2));
    }

    frameTime(from: number, to: number): void {
        this.show(views.frame(this.view, from, to));
    }

    reveal(from: number, to: number): void {
        this.show(views.reveal(this.view, from, to));
    }

    scrollBy(pages: number): void {
        this.show(views.scroll(this.view, pages * views.span(this.view)));
    }

    get dragging(): boolean {
        return this.gesture !== null;
    }

    /** True if there was a drag to cancel. */
    cancelGesture(): boolean {
        const { gesture } = this;
        this.gesture = null;
        gesture?.cancel();
        return gesture !== null;
    }

    private show(view: views.View): void {
        if (view === this.view) return;
        this.view = view;
        this.draw("wave");
        this.showCursor(this.events.cursor(), false);
    }

    private resize(): void {
        const { clientWidth, clientHeight } = this.main;
        if (!clientWidth) return;
        const seconds = views.span(this.view) / 1000;
        const fresh = this.height === 0;
        this.height = clientHeight;
        const scale = fresh ? clientWidth / Math.min(FIRST_SECONDS, seconds) : this.view.scale;
        this.view = views.settled({ ...this.view, scale, width: clientWidth });
        for (const canvas of [this.wave, this.words]) fit(canvas, clientWidth, clientHeight);
        fit(this.overview, clientWidth, OVERVIEW);
        this.draw("wave");
        this.showCursor(this.events.cursor(), false);
    }

    /** As high as its lanes ask for; a change of it paints anew. */
    private makeRoom(): void {
        const least = `${timelineOf(this.session.words).lanes.length * LANE}px`;
        if (this.main.style.minHeight !== least) this.main.style.minHeight = least;
    }

    private paint(): void {
        const palette = (this.palette ??= paletteOf(this.box));
        const { session, view, height } = this;
        this.makeRoom();
        if (this.stale.wave) {
            drawWave(contextOf(this.wave), view, height, this.levels, palette);
            drawOverview(contextOf(this.overview), view, OVERVIEW, this.levels, palette);
        }
        if (this.stale.words) {
            const { words, selection } = session;
            const marked = {
                words,
                selection,
                edited: (word: Word) => session.isEdited(word),
                doubt: (word: Word) => session.doubtOf(word),
            };
            drawWords(contextOf(this.words), view, height, marked, palette);
        }
        this.stale = { wave: false, words: false };
    }

    private listen(whole: HTMLElement): void {
        const { main } = this;
        main.addEventListener("pointerdown", (event) => this.press(event));
        main.addEventListener("pointermove", (event) => {
            if (this.gesture) this.gesture.move(event);
            else main.style.cursor = this.shape(event);
        });
        main.addEventListener("pointerup", () => this.release());
        main.addEventListener("pointercancel", () => this.cancelGesture());
        main.addEventListener("dblclick", (event) => {
            if (this.hit(event)) this.events.open();
        });
        main.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
        const jump = (event: PointerEvent) => {
            const share = event.offsetX / whole.clientWidth;
            const start = share * this.view.duration - views.span(this.view) / 2;
            this.show(views.settled({ ...this.view, start }));
        };
        whole.addEventListener("pointerdown", (event) => {
            whole.setPointerCapture(event.pointerId);
            jump(event);
        });
        whole.addEventListener("pointermove", (event) => {
            if (whole.hasPointerCapture(event.pointerId)) jump(event);
        });
    }

    private wheel(event: WheelEvent): void {
        event.preventDefault();
        if (event.ctrlKey || event.metaKey) {
            const factor = Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.002));
            return this.show(views.zoom(this.view, factor, event.offsetX));
        }
        const by = (event.deltaX || event.deltaY) * (event.deltaMode ? 20 : 1);
        this.show(views.scroll(this.view, (by / this.view.scale) * 1000));
    }

    private shape(event: PointerEvent): string {
        const hit = this.hit(event);
        if (!hit) return "default";
        if (hit.part === "body" || hit.part === "line") return "grab";
        return this.border(hit) && !event.altKey ? "col-resize" : "ew-resize";
    }

    /** The edge is a border that two words share. */
    private border({ index, part }: Hit): boolean {
        const { words } = this.session;
        const timeline = timelineOf(words);
        const [left, right] = part === "start" ? [timeline.before(index), index] : [index, timeline.after(index)];
        return operations.touches(words[left], words[right]);
    }

    /** What the pointer is on: an edge first, and of two edges that of the selected word. */
    private hit(event: MouseEvent): Hit | null {
        const [x, y] = [event.offsetX, event.offsetY];
        const touched = event instanceof PointerEvent && event.pointerType === "touch";
        const reach = touched ? TOUCH_EDGE : EDGE;
        const { words, selection } = this.session;
        const timeline = timelineOf(words);
        const rows = rowsOf(timeline.lanes.length, this.height);
        const lane = rows.findIndex(({ top, bottom }) => y >= top && y < bottom);
        if (lane === -1) return null;
        const time = views.toTime(this.view, x);
        if (y < rows[lane]!.words) {
            const number = timeline
                .linesWithin(time, time + 1)
                .findLast((one) => timeline.laneOf(timeline.lines[one]!.from) === lane);
            return number === undefined ? null : { index: timeline.lines[number]!.from, part: "line" };
        }
        const away = (reach / this.view.scale) * 1000 + 1;
        let best: Hit | null = null;
        let least = Infinity;
        for (const index of timeline.within(time - away, time + away)) {
            if (timeline.laneOf(index) !== lane) continue;
            const word = words[index]!;
            const [left, right] = [views.toX(this.view, word.start), views.toX(this.view, word.end)];
            const chosen = index >= selection.from && index < selection.to;
            // In a narrow word there must be a body left to hold.
            const inner = Math.min(reach, (right - left) / 4);
            const outer = chosen || touched ? reach : 1;
            const parts: [Hit["part"], number][] = [
                ["start", x < left - outer || x > left + inner ? Infinity : Math.abs(x - left)],
                ["end", x > right + outer || x < right - inner ? Infinity : Math.abs(x - right)],
                ["body", x >= left && x <= right ? reach : Infinity],
            ];
            for (const [part, distance] of parts) {
                const rank = distance - (chosen ? 0.5 : 0);
                if (rank < least) [best, least] = [{ index, part }, rank];
            }
        }
        return best;
    }

    private press(event: PointerEvent): void {
        if (event.button !== 0) return;
        this.main.focus({ preventScroll: true });
        this.main.setPointerCapture(event.pointerId);
        const hit = this.hit(event);
        if (!hit) {
            this.gesture = this.scrub(event);
            return;
        }
        const { selection } = this.session;
        const inside = hit.index >= selection.from && hit.index < selection.to;
        if (event.shiftKey) return this.session.select(hit.index, true);
        if (hit.part === "line") {
            this.session.select(hit.index);
            this.session.selectLine();
        } else if (!(inside && hit.part === "body")) this.session.select(hit.index);
        this.gesture = this.drag(event, hit);
    }

    private release(): void {
        const { gesture } = this;
        this.gesture = null;
        gesture?.end();
    }

    private scrub(event: PointerEvent): Gesture {
        const move = (at: PointerEvent) => this.events.seek(views.toTime(this.view, at.offsetX));
        move(event);
        return { move, end: () => {}, cancel: () => {} };
    }

    private drag(press: PointerEvent, hit: Hit): Gesture {
        const { session } = this;
        const { words, duration } = session;
        const { index, part } = hit;
        const picked = part === "start" || part === "end" ? [index] : session.moving();
        // Of the song, not of the picture: the wheel may move that meanwhile.
        const from = views.toTime(this.view, press.offsetX);
        let moved = false;
        const step = (event: PointerEvent) => {
            if (!moved && Math.abs(event.offsetX - press.offsetX) < STILL) return;
            moved = true;
            let by = views.toTime(this.view, event.offsetX) - from;
            const edges = edgesOf(words, part, picked).map((edge) => edge + by);
            if (this.snapping && !event.altKey) {
                const targets = [...neighbours(words, picked), this.events.cursor()];
                by += snap(edges, targets, (SNAP / this.view.scale) * 1000);
            }
            session.preview(
                part === "start" || part === "end"
                    ? operations.drag(words, index, part, words[index]![part] + by, duration, event.altKey)
                    : operations.moveAll(words, picked, by, duration, event.altKey),
            );
        };
        return {
            move: step,
            end: () => {
                if (moved) session.keepPreview();
                else if (part !== "line") session.select(index);
            },
            cancel: () => session.preview(null),
        };
    }
}

/** What may snap: the edge that is dragged, or the beginning and the end of what is moved. */
function edgesOf(words: readonly Word[], part: Hit["part"], picked: readonly number[]): number[] {
    if (part === "start" || part === "end") return [words[picked[0]!]![part]];
    return [Math.min(...picked.map((index) => words[index]!.start)), Math.max(...picked.map((index) => words[index]!.end))];
}

function fit(canvas: HTMLCanvasElement, width: number, height: number): void {
    const ratio = devicePixelRatio || 1;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
    contextOf(canvas).setTransform(ratio, 0, 0, ratio, 0, 0);
}

function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
    return canvas.getContext("2d")!;
}
