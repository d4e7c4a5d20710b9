// What a style will be used on: the lyrics and the video of the Lyric Overlay that it is wired to.
import { origin, targets } from "../shared/widgets";

/** Inputs through which a video comes. */
const PICTURES = ["video", "source", "images", "image"];

/** Upstream of an input, the nearest node first, each once. */
function* upstream(node: ComfyNode, inputs: (node: ComfyNode) => string[]): Generator<ComfyNode> {
    const seen = new Set<ComfyNode>();
    const waiting = [node];
    while (waiting.length) {
        const next = waiting.shift()!;
        for (const name of inputs(next)) {
            const from = origin(next, name);
            if (!from || seen.has(from)) continue;
            seen.add(from);
            yield from;
            waiting.push(from);
        }
    }
}

/** The first lines of the lyrics, without headers such as [Chorus]; "" where none are typed in anywhere. */
export function connectedLyrics(style: ComfyNode, lines: number): string {
    for (const overlay of targets(style, 0)) {
        const wires = (node: ComfyNode) =>
            node === overlay ? ["words"] : (node.inputs ?? []).map((input) => input.name).filter((name) => name !== "audio");
        for (const node of upstream(overlay, wires)) {
            const text = node.widgets?.find((one) => one.name === "lyrics")?.value;
            if (typeof text !== "string") continue;
            const sung = text.split("\n").map((line) => line.trim()).filter((line) => line && !/^[[(].*[\])]$/.test(line));
            if (sung.length) return sung.slice(0, lines).join("\n");
        }
    }
    return "";
}

/** Width and height of the video, as far as the page shows it; undefined where it doesn't. */
export function connectedSize(style: ComfyNode): [number, number] | undefined {
    for (const overlay of targets(style, 0)) {
        for (const node of upstream(overlay, () => PICTURES)) {
            const size = shownSize(node);
            if (size) return size;
        }
    }
    return undefined;
}

function shownSize(node: ComfyNode): [number, number] | undefined {
    const places: (Element | undefined | null)[] = [
        ...(node.widgets ?? []).map((widget) => widget.element),
        document.querySelector(`[data-node-id="${CSS.escape(String(node.id))}"]`),
    ];
    for (const place of places) {
        const video = place instanceof HTMLVideoElement ? place : place?.querySelector("video");
        if (video?.videoWidth) return [video.videoWidth, video.videoHeight];
    }
    const [picture] = (node as { imgs?: HTMLImageElement[] }).imgs ?? [];
    return picture?.naturalWidth ? [picture.naturalWidth, picture.naturalHeight] : undefined;
}
