import { app } from "comfy/app";

const LANGUAGES = ["en", "zh", "ja", "de"] as const;
export type Language = (typeof LANGUAGES)[number];

export const LANGUAGE_SETTING = "LipSyncStudio.Language";
export const AUTOMATIC = "auto";

/** The user's choice for this pack, else the page's language; English where there are no texts in it. */
export function language(): Language {
    const { setting } = app.extensionManager;
    const chosen = setting.get(LANGUAGE_SETTING) ?? AUTOMATIC;
    const locale = String(chosen === AUTOMATIC ? (setting.get("Comfy.Locale") ?? "en") : chosen);
    return LANGUAGES.find((known) => known === locale.split("-")[0]) ?? "en";
}

/** The texts in that language. */
export const inLanguage = <Texts>(tables: Record<Language, Texts>): Texts => tables[language()];
