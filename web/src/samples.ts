// A template's sample media lie in this pack: opening it brings those that ComfyUI's input folder lacks.
import { app } from "comfy/app";
import { allNodes } from "./shared/node_place";
import { ask } from "./shared/server";
import { isUnlisted, sampleNames } from "./samples/names";

/** Of the graph that is being opened: samples that lie in the input folder by now. */
let there: string[] = [];

app.registerExtension({
    name: "LipSyncStudio.Samples",
    async beforeConfigureGraph(graph) {
        there = [];
        const names = sampleNames(graph);
        if (!names.length) return;
        try {
            ({ there } = await ask<{ there: string[] }>("/samples", { names }));
        } catch (error) {
            const detail = (error as Error).message;
            app.extensionManager.toast.add({ severity: "error", summary: "LipSync Studio", detail, life: 20_000 });
        }
    },
    // The page looks for missing files after this; its loaders list what was there when it was loaded.
    async afterConfigureGraph() {
        if (isUnlisted(allNodes(), there)) await (app.reloadNodeDefs ?? app.refreshComboInNodes).call(app);
    },
});
