// The panel's tab in the sidebar, the settings, and the notices that long work has ended.
import { app } from "comfy/app";
import { SETTINGS } from "./panel/settings";
import { watchForToasts } from "./panel/toasts";

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
                const { openPanel } = await import("./lazy/panel");
                if (wanted !== place) return;
                close?.();
                close = openPanel(place);
            },
            destroy: () => {
                close?.();
                close = wanted = undefined;
            },
        });
        watchForToasts();
    },
});
