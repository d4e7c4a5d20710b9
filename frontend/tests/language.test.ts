import { beforeEach, expect, test, vi } from "vitest";

const locale = vi.hoisted(() => ({ value: "en" as string | undefined }));
vi.mock("comfy/app", () => ({ app: { extensionManager: { setting: { get: () => locale.value } } } }));

const { inLanguage } = await import("../../web/src/shared/language");
const TABLES = { en: "word", zh: "字", ja: "語", de: "Wort" };

beforeEach(() => {
    locale.value = "en";
});

test.each([
    ["en", "word"],
    ["de", "Wort"],
    ["zh-TW", "字"],
    ["fr", "word"],
    [undefined, "word"],
])("texts for the locale %s", (name, text) => {
    locale.value = name;
    expect(inLanguage(TABLES)).toBe(text);
});
