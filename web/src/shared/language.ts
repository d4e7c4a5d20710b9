import { app } from "comfy/app";

export type Language = "en" | "zh" | "ja" | "de";

/** The texts in the page's language, in English where there are none in it. */
export function inLanguage<Texts>(tables: Record<Language, Texts>): Texts {
    const locale = String(app.extensionManager.setting.get("Comfy.Locale") ?? "en");
    const language = locale.split("-")[0] as Language;
    return tables[language] ?? tables.en;
}
