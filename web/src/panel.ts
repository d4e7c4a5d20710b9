// The panel's tab in the sidebar, the settings, and the notices that long work has ended.
import { app } from "comfy/app";
import { SETTINGS } from "./panel/settings";
import { watchForToasts } from "./panel/toasts";
import { inLanguage } from "./shared/language";

const FAILED = {
    en: "The panel could not be loaded. Reload the page.",
    zh: "无法加载面板。请刷新页面。",
    ja: "パネルを読み込めませんでした。ページを再読み込みしてください。",
    de: "Das Panel konnte nicht geladen werden. Die Seite neu laden.",
};

let close: (() => void) | undefined;
/** Where the panel is wanted: it may be closed again before its code is there. */
let wanted: HTMLElement | undefined;

app.registerExtension({
    name: "LipSyncStudio.Panel",
    settings: SETTINGS,
    setup() {
        app.extensionManager.registerSidebarTab?.({
            id: "lipsync-studio",
            icon: "pi pi-microphone",
            title: "LipSync Studio",
            tooltip: "LipSync Studio",
            label: "LipSync",
            type: "custom",
            render: async (place: HTMLElement) => {
                wanted = place;
                const loaded = await import("./lazy/panel").catch(() => undefined);
                if (wanted !== place) return;
                close?.();
                close = loaded?.openPanel(place);
                if (!loaded) place.textContent = inLanguage(FAILED);
            },
            destroy: () => {
                close?.();
                close = wanted = undefined;
            },
        });
        watchForToasts();
    },
});
