// The editor's bars: buttons and fields, and keeping them in step with what they show.
import { element } from "../shared/dom";
import { Toolbar } from "../shared/toolbar";
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
    readonly toolbar: Toolbar;
    private readonly undo: HTMLButtonElement;
    private readonly redo: HTMLButtonElement;
    private readonly save: HTMLButtonElement;

    constructor(title: string, texts: Texts, run: Run) {
        this.undo = button(texts.undo, () => run("undo"));
        this.redo = button(texts.redo, () => run("redo"));
        this.save = button(texts.save, () => run("save"));
        this.save.className = "strong";
        const acts = element("div", { className: "bar", ariaLabel: texts.title }, [
            this.undo,
            this.redo,
            button(texts.shortcuts, () => run("help")),
            this.save,
            button(texts.close, () => run("close")),
        ]);
        this.toolbar = new Toolbar(acts);
        this.box = element("div", { className: "bar" }, [
            element("h2", { textContent: title, dir: "auto", id: "lipsync-editor-title" }),
            element("span", { className: "unsaved", textContent: `● ${texts.unsaved}` }),
            element("span", { className: "push" }),
            acts,
        ]);
    }

    show(session: Session): void {
        this.undo.disabled = !session.canUndo;
        this.redo.disabled = !session.canRedo;
        this.save.disabled = !session.unsaved;
        this.toolbar.settle();
    }
}

/** What plays, how fast, and what of it is seen. */
export class PlayBar {
    readonly box: HTMLElement;
    readonly toolbar: Toolbar;
    private readonly play: HTMLButtonElement;
    private readonly loop: HTMLButtonElement;
    private readonly follow: HTMLButtonElement;
    private readonly snap: HTMLButtonElement;
    private readonly ripple: HTMLButtonElement;
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
        this.ripple = button(texts.ripple, () => run("ripple"), texts.keyRipple);
        this.box = element("div", { className: "bar", ariaLabel: texts.play }, [
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
            this.ripple,
        ]);
        this.toolbar = new Toolbar(this.box);
    }

    show(state: {
        playing: boolean;
        loop: boolean;
        follow: boolean;
        snap: boolean;
        ripple: boolean;
        speed: number;
    }): void {
        const label = state.playing ? this.texts.pause : this.texts.play;
        if (this.play.textContent !== label) this.play.textContent = this.play.title = label;
        this.loop.ariaPressed = String(state.loop);
        this.follow.ariaPressed = String(state.follow);
        this.snap.ariaPressed = String(state.snap);
        this.ripple.ariaPressed = String(state.ripple);
        this.speed.value = String(state.speed);
    }

    tell(time: number): void {
        this.clock.textContent = `${clock(time)} / ${clock(this.duration, 0)}`;
    }
}

/** The word that keys act on: its text, times, line, voice and space. */
export class WordBar {
    readonly box: HTMLElement;
    private readonly text = element("input", { type: "text", className: "text", dir: "auto", spellcheck: false });
    private readonly start = element("input", { type: "number", step: "0.01", min: "0" });
    private readonly end = element("input", { type: "number", step: "0.01", min: "0" });
    private readonly first = element("input", { type: "checkbox" });
    private readonly space = element("input", { type: "checkbox" });
    private readonly voice = element("input", { type: "text", className: "voice", dir: "auto", spellcheck: false });
    private readonly voices = element("datalist", { id: "lipsync-editor-voices" });

    constructor(
        private readonly session: Session,
        texts: Texts,
        run: Run,
        say: (text: string) => void,
    ) {
        const { text, start, end, voice } = this;
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
        voice.setAttribute("list", this.voices.id);
        voice.placeholder = texts.nobody;
        voice.title = texts.keyVoice;
        voice.onchange = () => session.setVoice(voice.value);
        const label = (name: string, field: HTMLElement) => element("label", {}, [name, field]);
        const check = (name: string, field: HTMLElement) => element("label", {}, [field, name]);
        this.box = element("div", { className: "bar" }, [
            label(texts.text, text),
            label(texts.start, start),
            label(texts.end, end),
            check(texts.newLine, this.first),
            check(texts.space, this.space),
            label(texts.voice, voice),
            this.voices,
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

    editVoice(): void {
        this.voice.focus();
        this.voice.select();
    }

    show(): void {
        const { session } = this;
        const word = session.words[session.focus];
        this.text.value = word?.text ?? "";
        this.start.value = word ? (word.start / 1000).toFixed(3) : "";
        this.end.value = word ? (word.end / 1000).toFixed(3) : "";
        this.first.checked = word?.first ?? false;
        this.space.checked = word?.space ?? false;
        this.voice.value = word?.voice ?? "";
        for (const field of [this.text, this.start, this.end, this.first, this.space, this.voice]) {
            field.disabled = !word;
        }
        this.first.disabled = !word || session.focus === 0;
    }

    /** The words have changed, and with them who sings. */
    update(): void {
        const { voices } = this.session;
        const listed = [...this.voices.children].map((one) => (one as HTMLOptionElement).value);
        if (voices.join("\n") === listed.join("\n")) return;
        this.voices.replaceChildren(...voices.map((value) => element("option", { value })));
    }
}

/** What can be done to the word and its line. */
export class ActBar {
    readonly box: HTMLElement;
    readonly toolbar: Toolbar;
    private readonly doubts: HTMLButtonElement;

    constructor(
        private readonly session: Session,
        private readonly texts: Texts,
        run: Run,
        reset: () => void,
    ) {
        const act = (name: "split" | "merge" | "insert" | "remove" | "tap") => button(texts[name], () => run(name));
        this.doubts = button(texts.nextDoubt, () => run("nextDoubt"), texts.keyNextDoubt);
        this.doubts.className = "doubts";
        this.box = element("div", { className: "bar", ariaLabel: texts.words }, [
            ...(["split", "merge", "insert", "remove"] as const).map(act),
            button(texts.syllables, () => run("syllables"), texts.keySyllables),
            button(texts.mergeSyllables, () => run("mergeSyllables"), texts.keyMergeSyllables),
            gap(),
            act("tap"),
            button(texts.tapHere, () => run("tapHere"), texts.keyTapHere),
            button(texts.fillGaps, () => run("fillGaps"), texts.keyFillGaps),
            gap(),
            this.doubts,
            element("span", { className: "push" }),
            button(texts.reset, reset),
        ]);
        this.toolbar = new Toolbar(this.box);
    }

    /** The words have changed. */
    update(): void {
        const count = this.session.doubtful.length;
        this.doubts.textContent = `${this.texts.nextDoubt} (${count})`;
        this.doubts.disabled = !count;
        this.toolbar.settle();
    }
}
