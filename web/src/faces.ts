// Who is in a clip: Track Faces shows them after its run, and nodes with `person` offer them to be clicked on.
import { app } from "comfy/app";
import { clicked, clock, idsOf, ranges } from "./faces/choice";
import { TEXTS } from "./faces/texts";
import { element } from "./shared/dom";
import { inLanguage } from "./shared/language";
import { allNodes } from "./shared/node_place";
import { chip } from "./shared/chip";
import { bringBack, onResults } from "./shared/results";
import { type SavedFile, viewAddress } from "./shared/server";
import { addElement, grow, isWired, kindOf, MARGIN, onWires, origin, targets } from "./shared/widgets";

const TRACKER = "LipSyncFaceTrack";
const APPLY = "LipSyncApply";
const VOICE = "LipSyncVoice";
const RULES = ["largest", "left", "centre", "right"] as const;
/** As engine/faces/draw.py colours people: Okabe and Ito's palette. */
const COLOURS = ["#56b4e9", "#e69f00", "#009e73", "#f0e442", "#cc79a7", "#d55e00", "#0072b2"];
const HEIGHT = 250;
const CHIPS = 30;

interface Person {
    id: number;
    spans: [number, number][];
    shots: number[];
}

interface Overview {
    people: Person[];
    shots: number;
    frames: {
        picture: SavedFile;
        time: number;
        faces: [number, number, number, number, number][];
    }[];
}

/** What the last run of a Track Faces node has found. */
const found = new WeakMap<ComfyNode, Overview>();
const refreshers = new WeakMap<ComfyNode, () => void>();

const colourOf = (id: number): string => COLOURS[(id - 1) % COLOURS.length]!;
const personOf = (node: ComfyNode) => node.widgets?.find((one) => one.name === "person");

function setPerson(node: ComfyNode, value: string): void {
    const widget = personOf(node);
    if (!widget) return;
    widget.value = value;
    widget.callback?.(value);
    node.setDirtyCanvas?.(true, true);
    app.extensionManager.workflow?.activeWorkflow?.changeTracker?.captureCanvasState?.();
    refreshAll();
}

function refreshAll(): void {
    for (const each of allNodes()) refreshers.get(each)?.();
}

/** The Track Faces node whose people `person` of a node means: of a voice that of the node it goes to. */
function trackerOf(node: ComfyNode): ComfyNode | undefined {
    if (kindOf(node) !== VOICE) return origin(node, "face_track");
    for (const next of targets(node, 0)) {
        const tracker = trackerOf(next);
        if (tracker) return tracker;
    }
    return undefined;
}

/** Whether voices say whose mouths move, and `person` of Apply Lip-Sync doesn't. */
const hasVoices = (node: ComfyNode): boolean => kindOf(node) === APPLY && isWired(node, "voices");

function whereabouts(person: Person, overview: Overview): string {
    const times = person.spans.map(([start, end]) => `${clock(start)}–${clock(end)}`);
    const seen = times.length > 3 ? `${times.slice(0, 3).join(", ")} …` : times.join(", ");
    return overview.shots > 1 ? `${inLanguage(TEXTS).shots(ranges(person.shots))} · ${seen}` : seen;
}

/** The row of chips behind `person`. */
function addChips(node: ComfyNode): void {
    const row = element("div", { role: "group", ariaLabel: inLanguage(TEXTS).people });
    // Only Apply Lip-Sync finds out by itself who speaks.
    const rules = kindOf(node) === APPLY ? ([...RULES, "speaking"] as const) : RULES;
    row.style.cssText = "display: flex; flex-wrap: wrap; gap: 4px; padding: 0 2px;";
    const box = element("div", {}, [row]);
    box.style.cssText = "height: 100%; min-height: 22px; overflow: hidden;";
    // As many rows as the node's width and the people need.
    addElement(node, "person_choice", box, { height: () => Math.max(CHIPS, row.offsetHeight + 2 * MARGIN), after: "person" });
    const watcher = new ResizeObserver(() => grow(node));
    watcher.observe(row);
    const { onRemoved } = node;
    node.onRemoved = function () {
        onRemoved?.call(this);
        watcher.disconnect();
    };
    const refresh = () => {
        const texts = inLanguage(TEXTS);
        const value = String(personOf(node)?.value ?? "");
        const tracker = trackerOf(node);
        const overview = tracker && found.get(tracker);
        const ids = idsOf(value);
        row.replaceChildren(
            ...rules.map((rule) => chip(texts.rules[rule], rule, value.trim() === rule, () => setPerson(node, rule))),
            ...(overview?.people ?? []).map((person) =>
                chip(
                    String(person.id),
                    `${texts.choose(person.id)} (${whereabouts(person, overview!)}). ${texts.several}`,
                    ids.includes(person.id),
                    ({ shiftKey, ctrlKey }) => setPerson(node, clicked(value, person.id, shiftKey || ctrlKey)),
                    colourOf(person.id),
                ),
            ),
        );
    };
    refreshers.set(node, refresh);
    // Of a wire further on in a chain of voices only the nodes at its ends hear.
    onWires(node, refreshAll);
    const widget = personOf(node);
    if (widget) {
        const { callback } = widget;
        widget.callback = function (...given) {
            callback?.apply(this, given);
            refresh();
        };
    }
    refresh();
}

/** The pictures with everybody's box, and below them who is where. */
function addFaces(node: ComfyNode): void {
    const texts = inLanguage(TEXTS);
    const stage = element("div");
    stage.style.cssText = "position: relative; flex: 1; min-height: 0; display: flex; justify-content: center; align-items: center;";
    const caption = element("div");
    caption.style.cssText = "display: flex; gap: 8px; justify-content: center; align-items: center; min-height: 20px;";
    const list = element("div", { role: "group", ariaLabel: texts.faces });
    list.style.cssText = "display: flex; flex-wrap: wrap; gap: 4px; max-height: 78px; overflow: auto; flex: none;";
    const status = element("div", { role: "status", textContent: texts.run });
    status.style.cssText = "font: 12px/1.35 sans-serif; color: var(--descrip-text); overflow-wrap: anywhere; flex: none;";
    const box = element("div", {}, [stage, caption, list, status]);
    box.style.cssText =
        "display: flex; flex-direction: column; gap: 4px; height: 100%; overflow: hidden; font: 12px/1.4 sans-serif;" +
        "color: var(--input-text);";
    // Low until there is something to see.
    addElement(node, "faces", box, { height: () => (found.has(node) ? HEIGHT : 40), grows: true });
    Object.assign(node, { hideOutputImages: true });

    let at = 0;
    const choose = (id: number, several: boolean) => {
        const users = targets(node, 0).filter((one) => personOf(one));
        const chosen = users.filter((one) => !hasVoices(one));
        for (const target of chosen) {
            setPerson(target, clicked(String(personOf(target)?.value ?? ""), id, several));
        }
        const first = chosen[0];
        if (first) status.textContent = texts.chosen(String(personOf(first)?.value), first.title);
        else status.textContent = users.length ? texts.byVoice : texts.unconnected;
    };
    const chosenIds = () =>
        allNodes()
            .filter((one) => !hasVoices(one) && trackerOf(one) === node)
            .flatMap((one) => idsOf(String(personOf(one)?.value ?? "")));
    const draw = () => {
        const overview = found.get(node);
        if (!overview) return;
        const ids = chosenIds();
        const frame = overview.frames[at] ?? overview.frames[0];
        if (frame) {
            const picture = element("img", { src: viewAddress(frame.picture), alt: texts.faces, draggable: false });
            picture.style.cssText = "max-width: 100%; max-height: 100%; display: block;";
            const held = element("div", {}, [picture, ...frame.faces.map((face) => faceButton(face, ids, choose))]);
            // As large as its picture, so that shares of it are shares of the picture.
            held.style.cssText = "position: relative; height: 100%; max-width: 100%; display: flex; align-items: center;";
            const fit = () => {
                const scale = Math.min(stage.clientWidth / picture.naturalWidth, stage.clientHeight / picture.naturalHeight);
                if (!Number.isFinite(scale) || scale <= 0) return;
                held.style.width = picture.style.width = `${picture.naturalWidth * scale}px`;
                held.style.height = picture.style.height = `${picture.naturalHeight * scale}px`;
            };
            picture.onload = fit;
            resized = fit;
            stage.replaceChildren(held);
        }
        const { length } = overview.frames;
        const turn = (by: number) => () => {
            at = (at + by + length) % length;
            draw();
        };
        const arrow = (text: string, label: string, by: number) => {
            const made = chip(text, label, false, turn(by));
            made.ariaLabel = label;
            return made;
        };
        const position = frame ? texts.picture(at + 1, length, clock(frame.time)) : "";
        caption.replaceChildren(
            ...(length > 1 ? [arrow("‹", texts.before, -1), position, arrow("›", texts.next, 1)] : []),
        );
        list.replaceChildren(
            ...overview.people.map((person) =>
                chip(
                    `${person.id} · ${whereabouts(person, overview)}`,
                    `${texts.choose(person.id)}. ${texts.several}`,
                    ids.includes(person.id),
                    ({ shiftKey, ctrlKey }) => choose(person.id, shiftKey || ctrlKey),
                    colourOf(person.id),
                ),
            ),
        );
        if (!overview.people.length) status.textContent = texts.nobody;
        else if (status.textContent === texts.run || status.textContent === texts.nobody) status.textContent = "";
    };
    let resized = () => {};
    const watcher = new ResizeObserver(() => resized());
    watcher.observe(stage);
    refreshers.set(node, draw);

    onResults(node, (output) => {
        const overview: Overview | undefined = output?.faces?.[0];
        if (!overview) return;
        found.set(node, overview);
        at = 0;
        draw();
        grow(node);
        refreshAll();
    });
    const { onRemoved } = node;
    node.onRemoved = function () {
        onRemoved?.call(this);
        watcher.disconnect();
    };
}

function faceButton(
    [id, x0, y0, x1, y1]: [number, number, number, number, number],
    chosen: number[],
    choose: (id: number, several: boolean) => void,
): HTMLElement {
    const texts = inLanguage(TEXTS);
    const label = element("span", { textContent: String(id) });
    const colour = colourOf(id);
    label.style.cssText =
        `position: absolute; left: -2px; top: -2px; min-width: 12px; padding: 0 5px; background: ${colour}; color: #000;` +
        "font: bold 15px/20px sans-serif; border-radius: 3px 0 3px 0;";
    const made = element("button", { type: "button", title: `${texts.choose(id)}. ${texts.several}` }, [label]);
    made.ariaLabel = texts.choose(id);
    made.ariaPressed = String(chosen.includes(id));
    made.onclick = ({ shiftKey, ctrlKey }) => choose(id, shiftKey || ctrlKey);
    const share = (value: number) => `${(value * 100).toFixed(2)}%`;
    made.style.cssText =
        `position: absolute; left: ${share(x0)}; top: ${share(y0)}; width: ${share(x1 - x0)}; height: ${share(y1 - y0)};` +
        `padding: 0; cursor: pointer; border-radius: 4px; border: 2px solid ${colour};` +
        `background: ${chosen.includes(id) ? `${colour}55` : "transparent"};`;
    return made;
}

app.registerExtension({
    name: "LipSyncStudio.Faces",
    nodeCreated(node) {
        const kind = kindOf(node) ?? "";
        if (kind === TRACKER) addFaces(node);
        else if (kind.startsWith("LipSync") && personOf(node)) addChips(node);
    },
    onNodeOutputsUpdated: bringBack,
});
