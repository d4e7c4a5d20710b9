import { expect, test } from "vitest";
import { syllablesOf } from "../../../web/src/editor/syllables";

test.each([
    ["river", "en", "ri-ver"],
    ["twinkle,", "en", "twin-kle,"],
    ["little", "", "lit-tle"],
    ["everlasting", "en", "e-ver-las-ting"],
    ["time", "en", "time"],
    ["loved", "en", "loved"],
    ["wanted", "en", "wan-ted"],
    ["the", "en", "the"],
    ["Liebe", "de", "Lie-be"],
    ["Straße", "de-DE", "Stra-ße"],
    ["любовь", "ru", "лю-бовь"],
    ["月亮", "zh", "月-亮"],
    ["きょう。", "ja", "きょ-う。"],
    ["ハート", "ja", "ハー-ト"],
    ["사랑", "ko", "사-랑"],
    ["שלום", "he", "שלום"],
    ["hm", "en", "hm"],
    ["", "en", ""],
])("%s (%s): %s", (text, language, parts) => {
    expect(syllablesOf(text, language).join("-")).toBe(parts);
    expect(syllablesOf(text, language).join("")).toBe(text);
});
