// The editor in the page: puts the parts together and runs what keys and buttons ask for.
import { element } from "../shared/dom";
import { type Heard, showModal } from "../shared/modal";
import { Actions } from "./actions";
import { ActBar, PlayBar, TitleBar, WordBar } from "./controls";
import { type Base, parseEdits, type SavedEdits } from "./edits";
import { type Drafts, Keeping } from "./keeping";
import { type Action, actionFor } from "./keys";
import { WordList } from "./list";
import { Messages } from "./messages";
import { paletteOf } from "./palette";
import type { PeakLevel } from "./peaks";
import { Player } from "./player";
import { type Drawing, Preview } from "./preview";
import { type Saved, Saving } from "./saving";
import { type Change, Session } from "./session";
import { Stage } from "./stage";
import css from "./style.css";
import { Tapping } from "./tapping";
import { editorTexts } from "./texts";
import { timelineOf } from "./timeline";

const MIRRORED: Partial<Record<Action, Action>> = {
    previous: "next",
    next: "previous",
    extendBack: "extend",
    extend: "extendBack",
};

interface Opened {
    readonly title: string;
    readonly audio: string;
    readonly base: Base;
    readonly levels: readonly PeakLevel[];
    readonly saved: SavedEdits;
    /** Of the words: BCP 47 tag, or "". */
    readonly language: string;
    readonly drafts: Drafts;
    /** What draws the lyrics in the style that is connected; null where none is. */
    readonly drawing: Drawing | null;
    save(edits: string): Saved;
    closed(): void;
}

export class Editor {
    readonly dialog = element("dialog", { className: "lipsync-editor" });
    private readonly texts = editorTexts();
    private readonly messages = new Messages(this.texts);
    private readonly session: Session;
    private readonly player: Player;
    private readonly stage: Stage;
    private readonly list: WordList;
    private readonly title: TitleBar;
    private readonly plays: PlayBar;
    private readonly word: WordBar;
    private readonly acts: ActBar;
    private readonly keeping: Keeping;
    private readonly actions: Actions;
    private readonly preview: Preview | null;
    private readonly tapping: Tapping;
    private readonly saving: Saving;
    private readonly themes = new MutationObserver(() => this.restyle());

    constructor(private readonly opened: Opened) {
        const { texts, messages } = this;
        const run = (action: Action) => this.run(action);
        this.session = new Session(
            opened.base,
            opened.saved,
            (change) => this.changed(change),
            opened.language,
        );
        this.keeping = new Keeping(this.session, opened.drafts);
        this.player = new Player(
            opened.audio,
            () => this.ticked(),
            () => messages.warn(texts.noSound),
        );
        this.stage = new Stage(this.session, opened.levels, texts.waveform, {
            seek: (time) => this.player.seek(Math.min(Math.max(time, 0), this.session.duration)),
            open: () => run("text"),
            cursor: () => this.player.time,
        });
        this.list = new WordList(
            this.session,
            texts,
            (index, event) => this.actions.pick(index, event.shiftKey),
            (index) => {
                this.session.select(index);
                run("playLine");
            },
        );
        this.tapping = new Tapping(this.session, this.player, this.stage, this.list, texts, messages);
        this.saving = new Saving(this.dialog, this.session, texts, messages, (edits) => opened.save(edits));
        this.title = new TitleBar(`${texts.title}: ${opened.title}`, texts, run);
        this.plays = new PlayBar(texts, run, (speed) => (this.player.speed = speed), this.session.duration);
        this.preview =
            opened.drawing && new Preview(this.session, opened.drawing, texts, () => this.player.time);
        this.acts = new ActBar(this.session, texts, run, () => this.session.reset());
        this.word = new WordBar(this.session, texts, run, (text) => messages.say(text));
        const { dialog, session, player, stage, list, word, tapping, saving } = this;
        this.actions = new Actions({
            dialog, texts, messages, session, player, stage, list, word, tapping, saving,
        });
        this.build();
    }

    open(): void {
        const { dialog } = this;
        document.body.append(dialog);
        showModal(dialog, (event) => this.heard(event));
        window.addEventListener("beforeunload", this.left);
        window.addEventListener("pagehide", this.keeping.write);
        this.restyle();
        this.themes.observe(document.documentElement, { attributes: true });
        this.themes.observe(document.body, { attributes: true });
        this.changed("words");
        this.ticked();
        this.plays.toolbar.settle();
        const first = this.session.words[0];
        if (first) {
            this.player.seek(first.start);
            this.stage.reveal(first.start, first.end);
        } else this.messages.say(this.texts.noWords);
        this.actions.focusWord();
        this.messages.tellRefused(this.session.refused);
        this.keeping.restore(this.texts, this.messages);
    }

    /** Another run has ended while this was open. */
    outdate(): void {
        this.messages.warn(this.texts.outdated);
    }

    private build(): void {
        const { dialog, texts } = this;
        const style = element("style", { textContent: css });
        const frame = element("div", { className: "frame" }, [
            this.title.box,
            this.messages.notices,
            this.plays.box,
            this.stage.box,
            this.tapping.box,
            this.word.box,
            this.acts.box,
            element("div", { className: "below" }, [this.list.box, ...(this.preview ? [this.preview.box] : [])]),
            element("div", { className: "foot" }, [
                this.messages.said,
                element("div", { className: "hint", textContent: texts.marks }),
                element("div", { className: "hint", textContent: texts.hint }),
            ]),
        ]);
        dialog.append(style, frame);
        dialog.setAttribute("aria-labelledby", "lipsync-editor-title");
        dialog.addEventListener("cancel", (event) => {
            if (event.target !== dialog) return;
            event.preventDefault();
            this.run("close");
        });
        dialog.addEventListener("close", (event) => {
            if (event.target === dialog) this.dispose();
        });
    }

    /** The browser asks before it leaves the page. */
    private readonly left = (event: BeforeUnloadEvent): void => {
        if (this.session.unsaved) event.preventDefault();
    };

    private dispose(): void {
        window.removeEventListener("beforeunload", this.left);
        window.removeEventListener("pagehide", this.keeping.write);
        this.keeping.end();
        this.preview?.dispose();
        this.themes.disconnect();
        this.player.dispose();
        this.stage.dispose();
        this.dialog.remove();
        this.opened.closed();
    }

    private changed(change: Change): void {
        // Called while the parts are being made, too.
        if (!this.word) return;
        this.stage.draw("words");
        if (change === "preview" || change === "same") {
            // A field that was typed in shows what has come of it.
            this.word.show();
            return this.messages.sayTimes(this.session);
        }
        if (change === "words") {
            this.list.update();
            this.acts.update();
            this.word.update();
            this.keeping.changed();
            this.preview?.show(this.player.playing);
        } else if (change === "selection") this.list.choose(this.list.box.contains(document.activeElement));
        if (change === "tap") this.tapping.show();
        this.dialog.classList.toggle("changed", this.session.unsaved);
        this.title.show(this.session);
        this.word.show();
        if (change !== "words") return;
        this.messages.sayTimes(this.session);
    }

    private ticked(): void {
        // Called while the parts are being made, too.
        if (!this.plays) return;
        const { player } = this;
        const { time } = player;
        this.stage.showCursor(time, this.actions.following && player.playing);
        this.plays.tell(time);
        this.plays.show({
            playing: player.playing,
            loop: player.loop,
            follow: this.actions.following,
            snap: this.stage.snapping,
            ripple: this.session.ripple,
            speed: player.speed,
        });
        this.list.sing(player.playing ? timelineOf(this.session.words).at(time) : []);
        this.preview?.show(player.playing);
    }

    /** With the focus on nothing, such as a button that can no longer be pressed, keys are meant all the same. */
    private heard(event: Heard): void {
        // A small dialog over this one has the browser's own keys.
        if (this.dialog.querySelector("dialog")) return;
        if (!(event instanceof ClipboardEvent)) this.pressed(event);
        else if (event.type === "paste") this.pasted(event);
    }

    private pressed(event: KeyboardEvent): void {
        const target = event.target as HTMLElement;
        // Letters of a script that are still being put together.
        if (event.isComposing) return;
        const typing = target.matches("input:not([type=checkbox])");
        if (typing && (event.key === "Enter" || event.key === "Escape")) {
            event.preventDefault();
            this.word.leave(target, event.key === "Enter");
            return this.actions.focusWord();
        }
        const bars = [this.title, this.plays, this.acts];
        if (!typing && bars.some(({ toolbar }) => toolbar.moved(event))) return event.preventDefault();
        const action = this.asRead(actionFor(event), target);
        if (!action) return;
        if (typing && !["save", "help", "close"].includes(action)) return;
        if (typing && event.key === "?") return;
        // A button's, a box's and a list's own keys.
        if (target.matches("button, select, input") && ["play", "playWord"].includes(action)) return;
        if (target.matches("select") && action !== "save" && action !== "close") return;
        event.preventDefault();
        if (this.stage.dragging && action !== "close") return;
        if (this.session.tap && (action === "play" || action === "playWord")) {
            if (!event.repeat) this.tapping.press();
            return;
        }
        this.run(action, event.altKey);
    }

    /** In a line that is read from right to left, the word that follows stands to the left. */
    private asRead(action: Action | undefined, target: HTMLElement): Action | undefined {
        return (this.list.isRightToLeft(target) && action && MIRRORED[action]) || action;
    }

    /** Edits that were copied because they could not be saved; other texts are the fields'. */
    private pasted(event: ClipboardEvent): void {
        if ((event.target as HTMLElement).matches("input")) return;
        const text = event.clipboardData?.getData("text/plain").trim();
        if (!text) return;
        let edits: SavedEdits;
        try {
            edits = parseEdits(text);
        } catch {
            return;
        }
        event.preventDefault();
        const refused = this.session.load(edits);
        this.messages.say(this.texts.pasted);
        this.messages.tellRefused(refused);
    }

    private run(action: Action, alone = false): void {
        this.actions.run(action, alone);
        this.ticked();
    }

    private restyle(): void {
        const { ground } = paletteOf(this.dialog);
        const light = (ground.match(/[\d.]+/g) ?? []).slice(0, 3).every((part) => Number(part) > 127);
        this.dialog.classList.toggle("bright", light);
        this.stage.restyle();
    }
}
