// What the editor says, in the pack's four languages.
import { inLanguage } from "../shared/language";
import { de } from "./texts/de";
import { en, type Texts } from "./texts/en";
import { ja } from "./texts/ja";
import { zh } from "./texts/zh";

export type { Texts };

export function editorTexts(): Texts {
    return inLanguage({ en, zh, ja, de });
}
