// Rows beside the inputs of Lyric Style, which stay texts: looks with a name, fonts, colours.
import { chip } from "../shared/chip";
import { openSmall } from "../shared/dialog";
import { element } from "../shared/dom";
import { inLanguage } from "../shared/language";
import { ask } from "../shared/server";
import { addElement } from "../shared/widgets";
import { api } from "comfy/api";
import { byBrowser, replaced, split } from "./colours";
import { TEXTS } from "./texts";

const OPTIONAL = ["gradient", "box", "pill"];
const DIALOG = "lipsync-fonts";
const ROW = 30;
const TWO_ROWS = 58;
const SWATCHES = 48;

type Set = (values: Record<string, unknown>) => void;

const rowOf = (label: string): HTMLElement => {
    const row = element("div", { role: "group", ariaLabel: label });
    row.style.cssText =
        "display: flex; gap: 4px; align-items: center; height: 100%; min-height: 22px; overflow: auto hidden;" +
        "scrollbar-width: none; font: 12px/1.4 sans-serif; color: var(--input-text);";
    return row;
};

interface Preset {
    name: string;
    values: Record<string, unknown>;
}

/** The looks, before the first input. */
export function addPresets(node: ComfyNode, set: Set): void {
    const texts = inLanguage(TEXTS);
    const row = rowOf(texts.presets);
    row.style.flexWrap = "wrap";
    row.style.alignContent = "center";
    row.style.minHeight = `${TWO_ROWS - 8}px`;
    addElement(node, "presets", row, { height: () => TWO_ROWS, before: "effect" });
    ask<{ presets: Preset[] }>("/lyric_style/presets")
        .then(({ presets }) => {
            row.replaceChildren(
                ...presets.map(({ name, values }) => chip(texts.names[name] ?? name, name, false, () => set(values))),
            );
        })
        .catch((error: Error) => row.replaceChildren(error.message));
}

interface Font {
    name: string;
    label: string;
}

/** A button behind `font` that opens the list. */
export function addFonts(node: ComfyNode, set: Set): void {
    const texts = inLanguage(TEXTS);
    const row = rowOf(texts.fonts);
    row.append(chip(texts.fonts, texts.fonts, false, () => void open()));
    addElement(node, "font_choice", row, { height: () => ROW, after: "font" });

    const open = async () => {
        const list = element("div", { role: "listbox", ariaLabel: texts.fonts });
        list.style.cssText = "display: flex; flex-direction: column; gap: 2px; margin-top: 8px;";
        const field = element("input", { type: "search", placeholder: texts.find, ariaLabel: texts.find });
        field.style.cssText = "width: 100%; box-sizing: border-box; padding: 6px 8px; font: inherit;";
        openSmall(DIALOG, texts.close, [field, list]);
        const take = (name: string) => {
            (document.getElementById(DIALOG) as HTMLDialogElement | null)?.close();
            set({ font: name });
        };
        const filter = () => {
            const wanted = field.value.trim().toLowerCase();
            for (const one of list.children) {
                const found = one.getAttribute("aria-label")?.toLowerCase().includes(wanted);
                (one as HTMLElement).style.display = found ? "flex" : "none";
            }
        };
        field.oninput = filter;
        const chosen = String(node.widgets?.find((one) => one.name === "font")?.value ?? "");
        list.append(choice("", texts.builtIn, chosen === "", take));
        try {
            const { fonts } = await ask<{ fonts: Font[] }>("/lyric_style/fonts");
            list.append(...fonts.map(({ name, label }) => choice(name, label, chosen === name, take)));
        } catch (error) {
            list.append((error as Error).message);
        }
        // What was typed before the list was there.
        filter();
    };
}

function choice(name: string, label: string, chosen: boolean, take: (name: string) => void): HTMLElement {
    const made = element("button", { type: "button", role: "option", ariaLabel: label, title: name || label });
    made.ariaSelected = String(chosen);
    made.style.cssText =
        "display: flex; align-items: center; min-height: 34px; padding: 2px 8px; text-align: left; cursor: pointer;" +
        `color: #fff; border: 1px solid ${chosen ? "#fff" : "transparent"}; border-radius: 4px; background: #222;`;
    // In its own letters; by its name until they are there, and where they can't be had.
    if (name) {
        const src = api.apiURL(`/lipsync_studio/lyric_style/font?${new URLSearchParams({ name })}`);
        const picture = element("img", { src, alt: label, loading: "lazy" });
        picture.style.cssText = "height: 30px; min-width: 30px;";
        const caption = element("span", { textContent: label });
        caption.style.cssText = "margin-left: auto; padding-left: 8px; font-size: 11px; color: #aaa;";
        made.append(picture, caption);
    } else made.append(label);
    made.onclick = () => take(name);
    return made;
}

/** A swatch for each colour, behind `box`; the returned function shows what the inputs hold. */
export function addSwatches(node: ComfyNode, set: Set): () => void {
    const texts = inLanguage(TEXTS);
    const row = rowOf(texts.colours.colour!);
    // Two rows, which a node of usual width shows whole.
    row.style.display = "grid";
    row.style.gridTemplateColumns = "repeat(4, minmax(0, auto))";
    row.style.gap = "2px 4px";
    row.style.minHeight = "40px";
    const names = Object.keys(texts.colours).filter((name) => node.widgets?.some((one) => one.name === name));
    const valueOf = (name: string) => String(node.widgets?.find((one) => one.name === name)?.value ?? "");
    const swatches = names.map((name) => {
        const label = texts.colours[name]!;
        const field = element("input", { type: "color", ariaLabel: label, title: label });
        field.style.cssText = "flex: none; width: 18px; height: 18px; padding: 0; border: 1px solid var(--border-color); border-radius: 4px; cursor: pointer;";
        field.oninput = () => set({ [name]: replaced(valueOf(name), field.value, byBrowser) });
        const caption = element("span", { textContent: label });
        caption.style.cssText = "font-size: 10px; line-height: 12px; white-space: nowrap; overflow: hidden; text-overflow: ellipsis;";
        const parts: HTMLElement[] = [field, caption];
        if (OPTIONAL.includes(name)) {
            caption.style.cursor = "pointer";
            caption.role = "button";
            caption.tabIndex = 0;
            caption.title = caption.ariaLabel = texts.clear(label);
            const clear = (event: Event) => {
                // The label's own: it opens the choice of colours, which is meant where there is nothing to clear.
                if (!valueOf(name)) return;
                event.preventDefault();
                set({ [name]: "" });
            };
            caption.onclick = clear;
            caption.onkeydown = (event) => {
                if (event.key === "Enter" || event.key === " ") clear(event);
            };
        }
        const held = element("label", {}, parts);
        held.style.cssText = "display: flex; align-items: center; gap: 3px; min-width: 0;";
        row.append(held);
        return { name, field, caption, label };
    });
    addElement(node, "colour_choice", row, { height: () => SWATCHES, after: "box" });
    return () => {
        for (const { name, field, caption, label } of swatches) {
            const value = valueOf(name);
            const found = split(value, byBrowser);
            if (found) field.value = found[0];
            field.style.opacity = found ? "1" : "0.3";
            caption.textContent = OPTIONAL.includes(name) && value ? `${label} ×` : label;
            field.title = value ? `${label}: ${value}` : `${label}: ${texts.none}`;
        }
    };
}
