// The pack's section of ComfyUI's settings, beside the D-ID key's. locales/*/settings.json has the names.
import { AUTOMATIC, LANGUAGE_SETTING } from "../shared/language";

export const TOASTS = "LipSyncStudio.Toasts";
export const LONG_SECONDS = "LipSyncStudio.LongSeconds";

export const SETTINGS = [
    {
        id: LANGUAGE_SETTING,
        category: ["LipSync Studio", "General", "Language"],
        name: "Language of panel and editor",
        tooltip: "Automatic: as ComfyUI's, in English where there is no translation. Seen when they are opened again.",
        type: "combo",
        defaultValue: AUTOMATIC,
        options: [
            { text: "Automatic", value: AUTOMATIC },
            { text: "English", value: "en" },
            { text: "中文", value: "zh" },
            { text: "日本語", value: "ja" },
            { text: "Deutsch", value: "de" },
        ],
    },
    {
        id: TOASTS,
        category: ["LipSync Studio", "Notices", "Toasts"],
        name: "Tell when long work has ended",
        tooltip: "A notice in the page's corner when a long prompt, a download or a check is done or has failed.",
        type: "boolean",
        defaultValue: true,
    },
    {
        id: LONG_SECONDS,
        category: ["LipSync Studio", "Notices", "LongSeconds"],
        name: "Seconds from which a prompt is long",
        tooltip: "Only prompts with nodes of LipSync Studio count.",
        type: "number",
        defaultValue: 20,
        attrs: { min: 1, max: 3600, step: 1 },
    },
];
