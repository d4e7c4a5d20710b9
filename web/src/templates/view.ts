/** Left, top, width, height. */
export type Box = [number, number, number, number];

/** As LiteGraph has it: a place in the graph plus the offset, times the scale, is the place on the canvas. */
export type Fitted = { scale: number; offset: [number, number] };

/** What holds all of them; null if there are none. */
export function bounds(boxes: Box[]): Box | null {
    if (!boxes.length) return null;
    const left = Math.min(...boxes.map(([x]) => x));
    const top = Math.min(...boxes.map(([, y]) => y));
    const right = Math.max(...boxes.map(([x, , width]) => x + width));
    const bottom = Math.max(...boxes.map(([, y, , height]) => y + height));
    return [left, top, right - left, bottom - top];
}

/** The view in which a box of the graph lies in the middle of a place of the canvas, at most
 * as large as life. place, margin: CSS pixels. */
export function fit(box: Box, place: Box, margin: number): Fitted {
    const [x, y, width, height] = box;
    const [left, top, wide, high] = place;
    const scale = Math.min(1, (wide - 2 * margin) / width, (high - 2 * margin) / height);
    const offset: [number, number] = [
        (left + wide / 2) / scale - (x + width / 2),
        (top + high / 2) / scale - (y + height / 2),
    ];
    return { scale, offset };
}
