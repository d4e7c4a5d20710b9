// Colours as the style has them, CSS names and all, and as a colour field of the page takes them: #rrggbb.

/** #rrggbb of a colour, and its opacity as two digits or ""; null for what is no colour. */
export function split(colour: string, canonical: (colour: string) => string | null): [string, string] | null {
    const text = colour.trim().toLowerCase();
    const hex = /^#([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})$/.exec(text)?.[1];
    if (!hex) {
        const found = /^[a-z]+$/.test(text) ? canonical(text) : null;
        return found && /^#[0-9a-f]{6}$/.test(found) ? [found, ""] : null;
    }
    const long = hex.length <= 4 ? [...hex].map((digit) => digit + digit).join("") : hex;
    return [`#${long.slice(0, 6)}`, long.slice(6)];
}

/** A colour in the place of another, whose opacity stays. */
export function replaced(before: string, rgb: string, canonical: (colour: string) => string | null): string {
    return rgb + (split(before, canonical)?.[1] ?? "");
}

/** By the browser, for names: null for what it doesn't know. */
export function byBrowser(colour: string): string | null {
    const context = document.createElement("canvas").getContext("2d");
    if (!context || !CSS.supports("color", colour)) return null;
    context.fillStyle = colour;
    return String(context.fillStyle);
}
