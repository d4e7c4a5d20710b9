// Load Lyrics gets a button that uploads a file, and takes files dropped on it; Save Lyrics shows what it wrote.
import { api } from "comfy/api";
import { app } from "comfy/app";
import { element } from "./shared/dom";
import { inLanguage } from "./shared/language";
import { bringBack, onResults } from "./shared/results";
import { answer, viewAddress } from "./shared/server";
import { kindOf } from "./shared/widgets";

const TEXTS = {
    en: {
        load: "Load Lyrics",
        upload: "choose lyrics file to upload",
        failed: (file: string, why: string) => `${file} was not uploaded. ${why}`,
        saved: "Saved lyrics",
    },
    zh: {
        load: "加载歌词",
        upload: "选择要上传的歌词文件",
        failed: (file: string, why: string) => `${file} 未上传。${why}`,
        saved: "已保存的歌词",
    },
    ja: {
        load: "歌詞を読み込む",
        upload: "アップロードする歌詞ファイルを選択",
        failed: (file: string, why: string) => `${file} をアップロードできませんでした。${why}`,
        saved: "保存した歌詞",
    },
    de: {
        load: "Liedtext laden",
        upload: "Liedtext-Datei zum Hochladen wählen",
        failed: (file: string, why: string) => `${file} wurde nicht hochgeladen. ${why}`,
        saved: "Gespeicherter Liedtext",
    },
};

const SUFFIXES = [
    ".lrc", ".elrc", ".srt", ".vtt", ".ass", ".ssa", ".json", ".txt", ".ttml", ".dfxp", ".sbv", ".sub", ".qrc",
    ".yrc", ".krc",
];
const TEXT_HEIGHT = 120;

function isLyrics(file: File): boolean {
    return SUFFIXES.some((suffix) => file.name.toLowerCase().endsWith(suffix));
}

function warn(detail: string): void {
    app.extensionManager.toast.add({ severity: "error", summary: inLanguage(TEXTS).load, detail, life: 8000 });
}

async function upload(node: ComfyNode, file: File): Promise<void> {
    const body = new FormData();
    body.append("image", file);
    let name: string;
    try {
        ({ name } = await answer<{ name: string }>(await api.fetchApi("/upload/image", { method: "POST", body })));
    } catch (error) {
        return warn(inLanguage(TEXTS).failed(file.name, (error as Error).message));
    }
    const widget = node.widgets?.find((one) => one.name === "file");
    if (!widget) return;
    const values = widget.options.values ?? [];
    if (!values.includes(name)) widget.options.values = [...values, name];
    widget.value = name;
    widget.callback?.(name);
    node.setDirtyCanvas?.(true, true);
}

function addUpload(node: ComfyNode): void {
    const pick = () => {
        const field = element("input", { type: "file", accept: SUFFIXES.join(",") });
        field.onchange = () => {
            const file = field.files?.[0];
            if (file) void upload(node, file);
        };
        field.click();
    };
    const button = node.addWidget("button", "upload", null, pick, { serialize: false });
    button.label = inLanguage(TEXTS).upload;
    button.serialize = false;
    const dragged = node.onDragOver;
    const dropped = node.onDragDrop;
    node.onDragOver = function (event) {
        const items = [...(event.dataTransfer?.items ?? [])];
        return items.some((item) => item.kind === "file") || dragged?.call(this, event);
    };
    node.onDragDrop = async function (event) {
        const file = [...(event.dataTransfer?.files ?? [])].find(isLyrics);
        if (!file) return (await dropped?.call(this, event)) ?? false;
        await upload(node, file);
        return true;
    };
}

function addView(node: ComfyNode): void {
    const text = element("textarea", { readOnly: true, spellcheck: false });
    text.style.cssText = "flex: 1; min-height: 80px; width: 100%; resize: none; box-sizing: border-box;";
    text.className = "comfy-multiline-input";
    text.ariaLabel = inLanguage(TEXTS).saved;
    const link = element("a", { target: "_blank" });
    link.style.cssText = "overflow-wrap: anywhere; color: var(--input-text); font-size: 12px;";
    const box = element("div", {}, [link, text]);
    box.style.cssText = "display: flex; flex-direction: column; gap: 4px; height: 100%;";
    const view = node.addDOMWidget("saved", "lipsync_saved_lyrics", box, {
        getMinHeight: () => TEXT_HEIGHT,
        serialize: false,
    });
    view.serialize = false;
    onResults(node, (output) => {
        text.value = output?.text?.[0] ?? "";
        const file = output?.files?.[0];
        if (!file) return;
        const { filename, subfolder } = file;
        link.textContent = subfolder ? `${subfolder}/${filename}` : filename;
        link.href = viewAddress(file);
        link.download = filename;
    });
}

app.registerExtension({
    name: "LipSyncStudio.Lyrics",
    nodeCreated(node) {
        const kind = kindOf(node);
        if (kind === "LipSyncLoadLyrics") addUpload(node);
        if (kind === "LipSyncSaveLyrics") addView(node);
    },
    onNodeOutputsUpdated: bringBack,
});
