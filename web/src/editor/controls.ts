// The editor's bars: buttons and fields, and keeping them in step with what they show.
import { element } from "../shared/dom";
import type { Action } from "./keys";
import type { Session } from "./session";
import type { Texts } from "./texts";
import { clock } from "./view";

export const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 2];

type Run = (action: Action) => void;

function button(label: string, act: () => void, name = label): HTMLButtonElement {
    const made = element("button", { type: "button", textContent: label, onclick: act, title: name });
    if (name !== label) made.ariaLabel = name;
    return made;
}

function gap(): HTMLElement {
    return element("span", { className: "gap", ariaHidden: "true" });
}

/** Title, unsaved mark, undo and redo, help, save and close. */
export class TitleBar {
    readonly box: HTMLElement;
    private readonly undo: HTMLButtonElement;
    private readonly redo: HTMLButtonElement;
    private readonly save: HTMLButtonElement;

    constructor(title: string, texts: Texts, run: Run) {
        this.undo = button(texts.undo, () => run("undo"));
        this.redo = button(texts.redo, () => run("redo"));
        this.save = button(texts.save, () => run("save"));
        this.save.className = "strong";
        this.box = element("div", { className: "bar" }, [
            element("h2", { textContent: title, dir: "auto", id: "lipsync-editor-title" }),
            element("span", { className: "unsaved", textContent: `● ${texts.unsaved}` }),
            element("span", { className: "push" }),
            this.undo,
            this.redo,
            button(texts.shortcuts, () => run("help")),
            this.save,
            button(texts.close, () => run("close")),
        ]);
    }

    show(session: Session): void {
        this.undo.disabled = !session.canUndo;
        this.redo.disabled = !session.canRedo;
        this.save.disabled = !session.unsaved;
    }
}

/** What plays, how fast, and what of it is seen. */
export class PlayBar {
    readonly box: HTMLElement;
    private readonly play: HTMLButtonElement;
    private readonly loop: HTMLButtonElement;
    private readonly follow: HTMLButtonElement;
    private readonly snap: HTMLButtonElement;
    private readonly clock = element("span", { className: "clock" });
    private readonly speed: HTMLSelectElement;

    constructor(
        private readonly texts: Texts,
        run: Run,
        sped: (speed: number) => void,
        private readonly duration: number,
    ) {
        const options = SPEEDS.map((one) => element("option", { value: String(one), textContent: `${one} ×` }));
        this.speed = element("select", { ariaLabel: texts.speed, title: texts.speed }, options);
        this.speed.onchange = () => sped(Number(this.speed.value));
        this.play = button(texts.play, () => run("play"));
        this.play.className = "strong";
        this.loop = button(texts.loop, () => run("loop"));
        this.follow = button(texts.follow, () => run("follow"));
        this.snap = button(texts.snap, () => run("snap"));
        this.box = element("div", { className: "bar", role: "toolbar", ariaLabel: texts.play }, [
            this.play,
            button(`▶ ${texts.playWord}`, () => run("playWord"), texts.keyPlayWord),
            button(`▶ ${texts.playLine}`, () => run("playLine"), texts.keyPlayLine),
            this.loop,
            this.speed,
            this.clock,
            gap(),
            button("−", () => run("zoomOut"), texts.zoomOut),
            button("+", () => run("zoomIn"), texts.zoomIn),
            button(texts.line, () => run("zoomLine"), texts.zoomLine),
            button(texts.zoomAll, () => run("zoomAll")),
            gap(),
            this.follow,
            this.snap,
        ]);
    }

    show(state: { playing: boolean; loop: boolean; follow: boolean; snap: boolean; speed: number }): void {
        const label = state.playing ? this.texts.pause : this.texts.play;
        if (this.play.textContent !== label) this.play.textContent = this.play.title = label;
        this.loop.ariaPressed = String(state.loop);
        this.follow.ariaPressed = String(state.follow);
        this.snap.ariaPressed = String(state.snap);
        this.speed.value = String(state.speed);
    }

    tell(time: number): void {
        this.clock.textContent = `${clock(time)} / ${clock(this.duration, 0)}`;
    }
}

/** The word that keys act on, and what can be done to it. */
export class WordBar {
    readonly box: HTMLElement;
    private readonly text = element("input", { type: "text", className: "text", dir: "auto", spellcheck: false });
    private readonly start = element("input", { type: "number", step: "0.01", min: "0" });
    private readonly end = element("input", { type: "number", step: "0.01", min: "0" });
    private readonly first = element("input", { type: "checkbox" });
    private readonly space = element("input", { type: "checkbox" });
    private readonly acts: HTMLButtonElement[];

    constructor(
        private readonly session: Session,
        texts: Texts,
        run: Run,
        say: (text: string) => void,
        reset: () => void,
    ) {
        const { text, start, end } = this;
        text.onchange = () => {
            const blank = !text.value.trim();
            session.setText(text.value);
            if (blank) say(texts.noText);
        };
        for (const [edge, field] of [["start", start], ["end", end]] as const) {
            field.onchange = () => {
                // Its arrows change it time and again: one gesture, until the field is left.
                if (Number.isFinite(field.valueAsNumber)) {
                    session.setEdge(edge, field.valueAsNumber * 1000, `typed ${edge} ${session.focus}`);
                } else {
                    this.show();
                    say(texts.noTime);
                }
            };
            field.onblur = () => session.settle();
        }
        this.first.onchange = () => run("newLine");
        this.space.onchange = () => run("space");
        this.acts = (["split", "merge", "remove"] as const).map((act) => button(texts[act], () => run(act)));
        this.acts.splice(2, 0, button(texts.insert, () => run("insert")));
        this.acts.push(button(texts.tap, () => run("tap")));
        const label = (name: string, field: HTMLElement) => element("label", {}, [name, field]);
        const check = (name: string, field: HTMLElement) => element("label", {}, [field, name]);
        this.box = element("div", { className: "bar" }, [
            label(texts.text, text),
            label(texts.start, start),
            label(texts.end, end),
            check(texts.newLine, this.first),
            check(texts.space, this.space),
            gap(),
            ...this.acts,
            element("span", { className: "push" }),
            button(texts.reset, reset),
        ]);
    }

    /** Out of the field that is typed in; keep: with what was typed. */
    leave(field: HTMLElement, keep: boolean): void {
        if (!keep) this.show();
        field.blur();
    }

    editText(): void {
        this.text.focus();
        this.text.select();
    }

    show(): void {
        const { session } = this;
        const word = session.words[session.focus];
        this.text.value = word?.text ?? "";
        this.start.value = word ? (word.start / 1000).toFixed(3) : "";
        this.end.value = word ? (word.end / 1000).toFixed(3) : "";
        this.first.checked = word?.first ?? false;
        this.space.checked = word?.space ?? false;
        for (const field of [this.text, this.start, this.end, this.first, this.space]) field.disabled = !word;
        this.first.disabled = !word || session.focus === 0;
    }
}
