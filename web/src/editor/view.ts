// The stretch of time that is drawn, and how wide.

/** Pixels per second: a column of the finest peaks to a pixel. */
export const NEAREST = 500;

export interface View {
    /** At the left edge, milliseconds. */
    readonly start: number;
    /** Pixels per second. */
    readonly scale: number;
    /** Pixels. */
    readonly width: number;
    readonly duration: number;
}

export function span(view: View): number {
    return (view.width / view.scale) * 1000;
}

export function toX(view: View, time: number): number {
    return ((time - view.start) / 1000) * view.scale;
}

export function toTime(view: View, x: number): number {
    return view.start + (x / view.scale) * 1000;
}

/** The same view where it may be: not beyond the ends, nor wider than all there is. */
export function settled(view: View): View {
    const least = (view.width / Math.max(view.duration, 1)) * 1000;
    const scale = Math.min(Math.max(view.scale, least), Math.max(NEAREST, least));
    const latest = Math.max(0, view.duration - (view.width / scale) * 1000);
    return { ...view, scale, start: Math.min(Math.max(view.start, 0), latest) };
}

/** Nearer or farther, with what is at x staying there. */
export function zoom(view: View, factor: number, x: number): View {
    const time = toTime(view, x);
    const { scale } = settled({ ...view, scale: view.scale * factor });
    return settled({ ...view, scale, start: time - (x / scale) * 1000 });
}

export function scroll(view: View, by: number): View {
    return settled({ ...view, start: view.start + by });
}

/** Moved as little as it takes to see a stretch, with some air. */
export function reveal(view: View, from: number, to: number): View {
    const air = span(view) * 0.05;
    if (from - air < view.start) return settled({ ...view, start: from - air });
    if (to + air > view.start + span(view)) {
        return settled({ ...view, start: Math.min(from - air, to + air - span(view)) });
    }
    return view;
}

/** A stretch that fills the view, with some air. */
export function frame(view: View, from: number, to: number): View {
    const length = Math.max(to - from, 100) * 1.1;
    const { scale } = settled({ ...view, scale: (view.width / length) * 1000 });
    return settled({ ...view, scale, start: (from + to) / 2 - ((view.width / scale) * 1000) / 2 });
}

/** While it plays: a page on once the time nears the right edge. */
export function follow(view: View, time: number): View {
    const x = toX(view, time);
    return x >= 0 && x <= view.width * 0.9 ? view : settled({ ...view, start: time - span(view) * 0.1 });
}

/** Seconds between the ruler's marks: at least `room` pixels apart. */
export function tick(view: View, room: number): number {
    const steps = [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600];
    return steps.find((step) => step * view.scale >= room) ?? 1200;
}

/** 1:02.500 */
export function clock(time: number, digits = 3): string {
    const unit = 10 ** (3 - digits);
    const rounded = Math.round(Math.max(time, 0) / unit) * unit;
    const seconds = ((rounded % 60000) / 1000).toFixed(digits);
    return `${Math.floor(rounded / 60000)}:${seconds.padStart(digits ? 3 + digits : 2, "0")}`;
}
