// The Timestamp Editor node: a button that opens the editor on what the last run of the node left.
import { api } from "comfy/api";
import { app } from "comfy/app";
import { drawingOf } from "./timestamps/style_source";
import type { Drafts, Files, Saved } from "./lazy/editor";
import { draftOf, dropDraft, keepDraft } from "./shared/drafts";
import { inLanguage } from "./shared/language";
import { allNodes, type NodePlace, nodeAt, placeOf } from "./shared/node_place";
import { type SavedFile, viewAddress } from "./shared/server";
import { kindOf } from "./shared/widgets";

const NODE = "LipSyncTimestampEditor";
const BUTTON = "open_editor";

const TEXTS = {
    en: {
        open: "edit timestamps…",
        edits: "edits",
        left: "not saved: open to get them back",
        summary: "Timestamp Editor",
        run: "Running the workflow first: the editor shows what the node hears. It opens when that is done.",
        gone: "The audio of the last run is gone from ComfyUI's temp folder. Run the workflow again.",
        failed: "The editor could not be loaded. Reload the page.",
        refused: "Edits no longer fit the words. Open the editor to see which:",
    },
    zh: {
        open: "编辑时间戳…",
        edits: "编辑",
        left: "未保存：打开即可找回",
        summary: "时间戳编辑器",
        run: "先运行工作流：编辑器显示该节点听到的内容。运行完成后会自动打开。",
        gone: "上次运行的音频已不在 ComfyUI 的临时文件夹中。请重新运行工作流。",
        failed: "无法加载编辑器。请刷新页面。",
        refused: "有编辑已不适用于这些单词。打开编辑器查看：",
    },
    ja: {
        open: "タイムスタンプを編集…",
        edits: "編集",
        left: "未保存：開くと戻ります",
        summary: "タイムスタンプエディター",
        run: "先にワークフローを実行します。エディターはノードが受け取った音声を表示し、終わると開きます。",
        gone: "前回の実行の音声が ComfyUI の一時フォルダーにありません。ワークフローを再実行してください。",
        failed: "エディターを読み込めませんでした。ページを再読み込みしてください。",
        refused: "単語に合わなくなった編集があります。エディターで確認してください：",
    },
    de: {
        open: "Zeitmarken bearbeiten…",
        edits: "Änderungen",
        left: "nicht gespeichert: öffnen holt sie zurück",
        summary: "Zeitmarken-Editor",
        run: "Zuerst läuft der Workflow: Der Editor zeigt, was der Knoten hört. Danach öffnet er sich.",
        gone: "Der Ton des letzten Laufs ist nicht mehr in ComfyUIs temp-Ordner. Den Workflow neu ausführen.",
        failed: "Der Editor konnte nicht geladen werden. Die Seite neu laden.",
        refused: "Änderungen passen nicht mehr zu den Wörtern. Der Editor zeigt, welche:",
    },
};

type Listed = Record<keyof Files, SavedFile>;

/** What is known of a node beside what it saves. */
interface State {
    files?: Listed;
    waiting: boolean;
    opening: boolean;
    outdate?: () => void;
}

const states = new WeakMap<ComfyNode, State>();

function toast(severity: ComfyToast["severity"], detail: string): void {
    app.extensionManager.toast.add({ severity, summary: inLanguage(TEXTS).summary, detail, life: 8000 });
}

function editsWidget(node: ComfyNode): ComfyWidget | undefined {
    return node.widgets?.find((one) => one.name === "edits");
}

function countEdits(text: unknown): number {
    try {
        return text ? JSON.parse(String(text)).edits.length : 0;
    } catch {
        return 0;
    }
}

function showCount(node: ComfyNode): void {
    const button = node.widgets?.find((one) => one.name === BUTTON);
    if (!button) return;
    const { open, edits, left } = inLanguage(TEXTS);
    const count = countEdits(editsWidget(node)?.value);
    const told = [...(count ? [`${edits}: ${count}`] : []), ...(draftOf(node) ? [`● ${left}`] : [])];
    button.label = told.length ? `${open} (${told.join("; ")})` : open;
    node.setDirtyCanvas?.(true, true);
}

function save(place: NodePlace, edits: string): Saved {
    const node = nodeAt(place);
    const widget = node && editsWidget(node);
    if (!widget) return "gone";
    widget.value = edits;
    widget.callback?.(edits);
    showCount(node);
    // A change of the workflow like any other: marked as unsaved, and undone by the page's own undo.
    app.extensionManager.workflow?.activeWorkflow?.changeTracker?.captureCanvasState?.();
    return savedEdits(nodeAt(place)) === edits ? "saved" : "lost";
}

/** As the workflow's file would hold them. */
function savedEdits(node: ComfyNode | null): unknown {
    const at = node?.widgets?.findIndex((one) => one.name === "edits") ?? -1;
    return node?.serialize?.().widgets_values?.[at];
}

/** Edits that are not saved yet, of the node wherever it is by then. The fingerprint is the timings'. */
function draftsOf(node: ComfyNode, place: NodePlace): Drafts {
    const told = () => {
        const there = nodeAt(place);
        if (there) showCount(there);
    };
    return {
        left: draftOf(node),
        keep: (edits, base) => keepDraft({ place, edits, base, at: Date.now() }),
        drop: () => {
            dropDraft(place);
            told();
        },
    };
}

async function open(node: ComfyNode, state: State): Promise<void> {
    if (state.opening) return;
    const texts = inLanguage(TEXTS);
    if (!state.files) {
        state.waiting = true;
        // Only this node, where the page can be told so: it takes the address of a node outside subgraphs.
        const alone = node.graph === (app.rootGraph ?? app.graph) ? [String(node.id)] : undefined;
        // Why it can't run, the page says where this would be shown.
        if (!(await app.queuePrompt(0, 1, alone))) state.waiting = false;
        else if (state.waiting) toast("info", texts.run);
        return;
    }
    state.opening = true;
    const place = placeOf(node);
    try {
        const { openEditor } = await import("./lazy/editor").catch(() => {
            throw new Error(texts.failed);
        });
        const { audio, peaks, words } = state.files;
        const editor = await openEditor({
            title: node.title,
            files: { audio: viewAddress(audio), peaks: viewAddress(peaks), words: viewAddress(words) },
            edits: String(editsWidget(node)?.value ?? ""),
            drafts: draftsOf(node, place),
            drawing: drawingOf(node, words.filename),
            save: (edits) => save(place, edits),
            closed: () => {
                state.opening = false;
                state.outdate = undefined;
            },
        }).catch(() => {
            state.files = undefined;
            throw new Error(texts.gone);
        });
        state.outdate = () => editor.outdate();
    } catch (error) {
        state.opening = false;
        toast("warn", (error as Error).message);
    }
}

function executed(node: ComfyNode, state: State, output: any): void {
    const files: Listed | undefined = output?.editor?.[0];
    if (!files) return;
    const other = state.files && state.files.words.filename !== files.words.filename;
    state.files = files;
    if (other) state.outdate?.();
    if (output.refused?.[0]) {
        // The first line counts them, which the toast's own words say.
        const lines = String(output.text?.[0] ?? "").split("\n");
        toast("warn", [inLanguage(TEXTS).refused, ...lines.slice(1, 6)].join("\n"));
    }
    if (!state.waiting) return;
    state.waiting = false;
    void open(node, state);
}

function equip(node: ComfyNode): void {
    const state: State = { waiting: false, opening: false };
    states.set(node, state);
    const widget = editsWidget(node);
    if (widget) {
        // Both ways of drawing nodes ask in their own place.
        widget.hidden = true;
        widget.options.hidden = true;
    }
    const button = node.addWidget("button", BUTTON, null, () => void open(node, state), { serialize: false });
    button.serialize = false;
    showCount(node);
    const configured = node.onConfigure;
    node.onConfigure = function (saved) {
        configured?.call(this, saved);
        showCount(node);
    };
    const ran = node.onExecuted;
    node.onExecuted = function (output) {
        ran?.call(this, output);
        executed(node, state, output);
    };
}

app.registerExtension({
    name: "LipSyncStudio.TimestampEditor",
    nodeCreated(node) {
        if (kindOf(node) === NODE) equip(node);
    },
    afterConfigureGraph() {
        // Which node is whose is known once all of them are there.
        for (const node of allNodes()) if (states.has(node)) showCount(node);
    },
    setup() {
        // A run that fails or is stopped opens nothing later.
        for (const event of ["execution_error", "execution_interrupted"]) {
            api.addEventListener(event, () => {
                for (const node of allNodes()) {
                    const state = states.get(node);
                    if (state) state.waiting = false;
                }
            });
        }
    },
});
