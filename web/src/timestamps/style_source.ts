// The look of the lyrics that a Timestamp Editor's words lead to: the settings of the Lyric Overlay that draws them,
// or of the Lyric Style that is wired into it.
import { inLanguage } from "../shared/language";
import type { Drawing, Wanted } from "../lazy/editor";
import { answered, request } from "../shared/server";
import { origin } from "../shared/widgets";

const OVERLAY = "LipSyncLyricOverlay";
const STYLE = "LipSyncLyricStyle";
/** What Lyric Overlay itself sets of a style. */
const OWN = ["size", "position", "colour", "highlight", "outline", "font"];
const ELSEWHERE = {
    en: "The style is made by nodes that only a run can read.",
    zh: "样式来自只有运行时才能读取的节点。",
    ja: "スタイルは実行しないと読めないノードで作られています。",
    de: "Der Stil kommt aus Knoten, die nur ein Lauf lesen kann.",
};

/** The nearest Lyric Overlay that the node's words lead to. */
function overlayOf(node: ComfyNode): ComfyNode | null {
    const seen = new Set([node]);
    for (const at of seen) {
        for (const id of at.outputs?.flatMap(({ links }) => links ?? []) ?? []) {
            const link = at.graph?.getLink?.(id);
            const next = link && at.graph?.getNodeById(link.target_id);
            if (!next) continue;
            if (next.type !== OVERLAY) seen.add(next);
            else if (next.inputs?.[link.target_slot]?.name === "words") return next;
        }
    }
    return null;
}

/** The look as it is set now; a sentence where it can't be known. */
function look(overlay: ComfyNode): Record<string, unknown> | string {
    const style = origin(overlay, "style");
    if (style && style.type !== STYLE) return inLanguage(ELSEWHERE);
    const widgets = (style ?? overlay).widgets?.filter(({ name }) => style || OWN.includes(name)) ?? [];
    return Object.fromEntries(widgets.filter(({ type }) => type !== "button").map(({ name, value }) => [name, value]));
}

/** null where no Lyric Overlay draws the words. file: the name of those that the editor shows. */
export function drawingOf(node: ComfyNode, file: string): Drawing | null {
    const overlay = overlayOf(node);
    if (!overlay) return null;
    const shape = origin(overlay, "style")?.widgets?.find(({ name }) => name === "shape")?.value;
    return {
        shape: String(shape ?? "16:9"),
        draw: async (wanted: Wanted) => {
            const style = look(overlay);
            if (typeof style === "string") return style;
            const response = await request("/timestamp_editor/frame", { ...wanted, file, style });
            if (response.headers.get("content-type") === "image/jpeg") return response.blob();
            return String((await response.json().catch(() => ({}))).error ?? answered(response));
        },
    };
}
