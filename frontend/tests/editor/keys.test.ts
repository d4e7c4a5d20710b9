import { expect, test, vi } from "vitest";

vi.mock("comfy/app", () => ({ app: { extensionManager: { setting: { get: () => "en" } } } }));
const { editorTexts } = await import("../../../web/src/editor/texts");
const { actionFor, keyLabel, keyName, SHORTCUTS } = await import("../../../web/src/editor/keys");

const press = (key: string, more: Partial<KeyboardEvent> = {}) => ({
    key,
    code: more.code ?? "",
    ctrlKey: more.ctrlKey ?? false,
    metaKey: more.metaKey ?? false,
    altKey: more.altKey ?? false,
    shiftKey: more.shiftKey ?? false,
});

test.each([
    [press(" "), "play"],
    [press("Enter", { shiftKey: true }), "playLine"],
    [press("s"), "split"],
    [press("S"), "split"],
    [press("S", { shiftKey: true }), "syllables"],
    [press("E", { shiftKey: true }), "text"],
    [press("s", { ctrlKey: true }), "save"],
    [press("s", { metaKey: true }), "save"],
    [press("Z", { ctrlKey: true, shiftKey: true }), "redo"],
    [press("?", { shiftKey: true }), "help"],
    [press("<", { shiftKey: true }), "slower"],
    [press("ArrowRight", { altKey: true, shiftKey: true }), "muchLater"],
    // A French keyboard's digit row, without and with Shift.
    [press("&", { code: "Digit1" }), "startEarlier"],
    [press("1", { code: "Digit1", shiftKey: true }), "startMuchEarlier"],
    [press("4", { code: "Numpad4" }), "endLater"],
    [press("¡", { code: "Digit1", altKey: true }), "startEarlier"],
    [press("4", { code: "Digit4", altKey: true, shiftKey: true }), "endMuchLater"],
    [press("q"), undefined],
    [press("a"), undefined],
    [press("s", { altKey: true }), undefined],
])("%o is %s", (event, action) => {
    expect(actionFor(event)).toBe(action);
});

test("no key means two things, and each is told of", () => {
    const names = SHORTCUTS.flatMap(({ keys }) => Object.keys(keys));
    expect(new Set(names).size).toBe(names.length);
    const texts = editorTexts();
    expect(SHORTCUTS.filter(({ text }) => !texts[text])).toEqual([]);
});

test("names for people", () => {
    expect(keyLabel("Alt+Shift+ArrowLeft")).toBe("Alt+Shift+←");
    expect(keyLabel("Shift+Digit1")).toBe("Shift+1");
    expect(keyLabel("s")).toBe("S");
    expect(keyLabel("Ctrl+z")).toBe("Ctrl+Z");
    expect(keyName(press("ArrowLeft", { shiftKey: true }))).toBe("Shift+ArrowLeft");
});
