// The editor's keys: one table for what they do and for the list that tells of them.
import type { Texts } from "./texts";

/** Keys as `keyName` gives them. Digits are meant by their place, the rest by what is printed on them. */
export const SHORTCUTS = [
    { text: "keyPlay", keys: { Space: "play" } },
    { text: "keyPlayWord", keys: { Enter: "playWord" } },
    { text: "keyPlayLine", keys: { "Shift+Enter": "playLine" } },
    { text: "keyLoop", keys: { l: "loop" } },
    { text: "keySlower", keys: { "<": "slower" } },
    { text: "keyFaster", keys: { ">": "faster" } },
    { text: "keyBack", keys: { ",": "back" } },
    { text: "keyForward", keys: { ".": "forward" } },
    { text: "keyHome", keys: { Home: "home" } },
    { text: "keyEnd", keys: { End: "end" } },
    { text: "keyPrevious", keys: { ArrowLeft: "previous" } },
    { text: "keyNext", keys: { ArrowRight: "next" } },
    { text: "keyUp", keys: { ArrowUp: "up" } },
    { text: "keyDown", keys: { ArrowDown: "down" } },
    { text: "keyExtend", keys: { "Shift+ArrowLeft": "extendBack", "Shift+ArrowRight": "extend" } },
    { text: "keySelectLine", keys: { "Ctrl+a": "selectLine" } },
    {
        text: "keyNudge",
        keys: {
            "Alt+ArrowLeft": "earlier",
            "Alt+ArrowRight": "later",
            "Alt+Shift+ArrowLeft": "muchEarlier",
            "Alt+Shift+ArrowRight": "muchLater",
        },
    },
    {
        text: "keyNudgeStart",
        keys: {
            Digit1: "startEarlier",
            Digit2: "startLater",
            "Shift+Digit1": "startMuchEarlier",
            "Shift+Digit2": "startMuchLater",
        },
    },
    {
        text: "keyNudgeEnd",
        keys: {
            Digit3: "endEarlier",
            Digit4: "endLater",
            "Shift+Digit3": "endMuchEarlier",
            "Shift+Digit4": "endMuchLater",
        },
    },
    // The same edges: with Alt, the word that touches there stays.
    {
        text: "keyNudgeStartAlone",
        keys: {
            "Alt+Digit1": "startEarlier",
            "Alt+Digit2": "startLater",
            "Alt+Shift+Digit1": "startMuchEarlier",
            "Alt+Shift+Digit2": "startMuchLater",
        },
    },
    {
        text: "keyNudgeEndAlone",
        keys: {
            "Alt+Digit3": "endEarlier",
            "Alt+Digit4": "endLater",
            "Alt+Shift+Digit3": "endMuchEarlier",
            "Alt+Shift+Digit4": "endMuchLater",
        },
    },
    {
        text: "keyNudgeLine",
        keys: {
            Digit5: "lineEarlier",
            Digit6: "lineLater",
            "Shift+Digit5": "lineMuchEarlier",
            "Shift+Digit6": "lineMuchLater",
        },
    },
    { text: "keyRipple", keys: { r: "ripple" } },
    { text: "keyFillGaps", keys: { c: "fillGaps" } },
    { text: "keyStartHere", keys: { i: "startHere" } },
    { text: "keyEndHere", keys: { o: "endHere" } },
    { text: "keyText", keys: { F2: "text", e: "text" } },
    { text: "keySplit", keys: { s: "split" } },
    { text: "keyMerge", keys: { m: "merge" } },
    { text: "keySyllables", keys: { "Shift+s": "syllables" } },
    { text: "keyMergeSyllables", keys: { "Shift+m": "mergeSyllables" } },
    { text: "keyInsert", keys: { n: "insert", Insert: "insert" } },
    { text: "keyRemove", keys: { Delete: "remove", Backspace: "remove" } },
    { text: "keyNewLine", keys: { b: "newLine" } },
    { text: "keySpace", keys: { j: "space" } },
    { text: "keyTap", keys: { t: "tap" } },
    { text: "keyTapHere", keys: { "Shift+t": "tapHere" } },
    { text: "keyNextDoubt", keys: { d: "nextDoubt" } },
    { text: "keyPreviousDoubt", keys: { "Shift+d": "previousDoubt" } },
    { text: "keyVoice", keys: { v: "voice" } },
    { text: "keySnap", keys: { g: "snap" } },
    { text: "keyFollow", keys: { f: "follow" } },
    { text: "keyZoom", keys: { "+": "zoomIn", "=": "zoomIn", "-": "zoomOut" } },
    { text: "zoomAll", keys: { Digit0: "zoomAll" } },
    { text: "zoomLine", keys: { z: "zoomLine" } },
    { text: "keyScroll", keys: { PageUp: "scrollBack", PageDown: "scrollOn" } },
    { text: "undo", keys: { "Ctrl+z": "undo" } },
    { text: "redo", keys: { "Ctrl+Shift+Z": "redo", "Ctrl+y": "redo" } },
    { text: "save", keys: { "Ctrl+s": "save" } },
    { text: "keyHelp", keys: { "?": "help", F1: "help" } },
    { text: "keyClose", keys: { Escape: "close" } },
] as const satisfies readonly { text: keyof Texts; keys: Readonly<Record<string, string>> }[];

type Meant<Keys> = Keys extends unknown ? Keys[keyof Keys] : never;
/** What a key or a button does. */
export type Action = Meant<(typeof SHORTCUTS)[number]["keys"]>;

const ACTIONS = new Map(SHORTCUTS.flatMap(({ keys }) => Object.entries(keys) as [string, Action][]));

type KeyPress = Pick<KeyboardEvent, "key" | "code" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">;

/** "Ctrl+Shift+Z"; Apple's command key counts as Ctrl. */
export function keyName(event: KeyPress): string {
    const { key, code } = event;
    const digit = /^(Digit|Numpad)\d$/.test(code) ? code.replace("Numpad", "Digit") : "";
    const name = digit || (key === " " ? "Space" : key);
    const ctrl = event.ctrlKey || event.metaKey;
    // A sign is what it is, with Shift or without; of a letter Shift shows by itself.
    const shift = event.shiftKey && (digit || key.length > 1 || ctrl);
    return `${ctrl ? "Ctrl+" : ""}${event.altKey ? "Alt+" : ""}${shift ? "Shift+" : ""}${name}`;
}

export function actionFor(event: KeyPress): Action | undefined {
    const name = keyName(event);
    // A letter with Shift may mean another thing than the letter; where it doesn't, it is the letter.
    const shifted = event.shiftKey && /^\p{L}$/u.test(name) ? ACTIONS.get(`Shift+${name.toLowerCase()}`) : undefined;
    if (shifted) return shifted;
    return ACTIONS.get(name) ?? (name.length === 1 ? ACTIONS.get(name.toLowerCase()) : undefined);
}

/** As people read it. */
export function keyLabel(name: string): string {
    return name
        .replace(/Digit/, "")
        .replace("ArrowLeft", "←")
        .replace("ArrowRight", "→")
        .replace("ArrowUp", "↑")
        .replace("ArrowDown", "↓")
        .replace(/(^|\+)([a-z])$/, (_, before, letter) => before + letter.toUpperCase());
}
