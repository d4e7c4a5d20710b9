// The canvas's colours: those of the page's theme, and fixed ones that can be told apart on them.

export interface Palette {
    readonly text: string;
    readonly muted: string;
    readonly ground: string;
    readonly wave: string;
    readonly word: string;
    readonly other: string;
    readonly edge: string;
    readonly chosen: string;
    readonly chosenEdge: string;
    readonly edited: string;
    readonly doubt: string;
    readonly doubtMark: string;
    readonly font: string;
}

const DARK = {
    wave: "#7f8ea3",
    word: "rgba(96, 165, 250, 0.22)",
    other: "rgba(45, 212, 191, 0.20)",
    edge: "rgba(191, 219, 254, 0.65)",
    chosen: "rgba(255, 255, 255, 0.26)",
    chosenEdge: "#ffffff",
    edited: "#f472b6",
    doubt: "rgba(251, 191, 36, 0.42)",
    doubtMark: "#fcd34d",
};
const LIGHT = {
    wave: "#7b8aa0",
    word: "rgba(37, 99, 235, 0.15)",
    other: "rgba(13, 148, 136, 0.15)",
    edge: "rgba(30, 64, 175, 0.55)",
    chosen: "rgba(15, 23, 42, 0.22)",
    chosenEdge: "#0f172a",
    edited: "#be185d",
    doubt: "rgba(245, 158, 11, 0.38)",
    doubtMark: "#92400e",
};

export function paletteOf(element: Element): Palette {
    const style = getComputedStyle(element);
    const [text, ground] = [style.color, style.backgroundColor];
    return {
        ...(brightness(ground) < 0.5 ? DARK : LIGHT),
        text,
        ground,
        muted: text.replace(/^rgb\(([^)]*)\)$/, "rgba($1, 0.7)"),
        font: style.fontFamily,
    };
}

/** 0 to 1, of a colour as getComputedStyle gives it. */
function brightness(colour: string): number {
    const [red = 0, green = 0, blue = 0] = (colour.match(/[\d.]+/g) ?? []).map(Number);
    return (0.299 * red + 0.587 * green + 0.114 * blue) / 255;
}
