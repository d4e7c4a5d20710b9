// The editor in the page: puts the parts together and runs what keys and buttons ask for.
import { element } from "../shared/dom";
import { type Heard, showModal } from "../shared/modal";
import { ActBar, PlayBar, SPEEDS, TitleBar, WordBar } from "./controls";
import { type Base, parseEdits, type SavedEdits } from "./edits";
import { type Drafts, Keeping } from "./keeping";
import { type Action, actionFor } from "./keys";
import { WordList } from "./list";
import { Messages } from "./messages";
import { paletteOf } from "./palette";
import type { PeakLevel } from "./peaks";
import { Player } from "./player";
import { showShortcuts } from "./popups";
import { type Drawing, Preview } from "./preview";
import { type Saved, Saving } from "./saving";
import { type Change, Session } from "./session";
import { Stage } from "./stage";
import css from "./style.css";
import { Tapping } from "./tapping";
import { editorTexts } from "./texts";
import { timelineOf } from "./timeline";
import { lineAt } from "./words";

const STEP = 10;
const BIG_STEP = 100;
const ZOOM = 1.5;
const MIRRORED: Partial<Record<Action, Action>> = {
    previous: "next",
    next: "previous",
    extendBack: "extend",
    extend: "extendBack",
};

export interface Opened {
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
    private readonly preview: Preview | null;
    private readonly tapping: Tapping;
    private readonly saving: Saving;
    private readonly themes = new MutationObserver(() => this.restyle());
    private following = true;

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
            (index, event) => this.pick(index, event.shiftKey),
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
        this.focusWord();
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
        this.stage.showCursor(time, this.following && player.playing);
        this.plays.tell(time);
        this.plays.show({
            playing: player.playing,
            loop: player.loop,
            follow: this.following,
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
            return this.focusWord();
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

    /** alone: an edge moves without the word that touches it. */
    private run(action: Action, alone = false): void {
        this.actions[action](alone);
        this.ticked();
    }

    private readonly actions: Record<Action, (alone: boolean) => void> = {
        play: () => this.player.toggle(),
        playWord: () => {
            const word = this.session.words[this.session.focus];
            if (word) this.player.play({ from: word.start, to: word.end });
        },
        playLine: () => {
            const { words, line } = this.session;
            if (line.to) this.player.play({ from: words[line.from]!.start, to: words[line.to - 1]!.end });
        },
        loop: () => {
            this.player.loop = !this.player.loop;
        },
        slower: () => this.changeSpeed(-1),
        faster: () => this.changeSpeed(1),
        back: () => this.player.seek(this.player.time - 1000),
        forward: () => this.player.seek(Math.min(this.player.time + 1000, this.session.duration)),
        home: () => this.goTo(0),
        end: () => this.goTo(this.session.duration),
        previous: () => this.pick(this.session.focus - 1),
        next: () => this.pick(this.session.focus + 1),
        up: () => this.pickLine(-1),
        down: () => this.pickLine(1),
        extendBack: () => this.pick(this.session.focus - 1, true),
        extend: () => this.pick(this.session.focus + 1, true),
        selectLine: () => this.session.selectLine(),
        earlier: () => this.session.nudge(-STEP),
        later: () => this.session.nudge(STEP),
        muchEarlier: () => this.session.nudge(-BIG_STEP),
        muchLater: () => this.session.nudge(BIG_STEP),
        lineEarlier: () => this.session.nudgeLine(-STEP),
        lineLater: () => this.session.nudgeLine(STEP),
        lineMuchEarlier: () => this.session.nudgeLine(-BIG_STEP),
        lineMuchLater: () => this.session.nudgeLine(BIG_STEP),
        ripple: () => {
            this.session.ripple = !this.session.ripple;
            this.session.settle();
        },
        fillGaps: () => {
            if (!this.session.fillGaps()) this.messages.say(this.texts.noGaps);
        },
        startEarlier: (alone) => this.session.nudgeEdge("start", -STEP, alone),
        startLater: (alone) => this.session.nudgeEdge("start", STEP, alone),
        startMuchEarlier: (alone) => this.session.nudgeEdge("start", -BIG_STEP, alone),
        startMuchLater: (alone) => this.session.nudgeEdge("start", BIG_STEP, alone),
        endEarlier: (alone) => this.session.nudgeEdge("end", -STEP, alone),
        endLater: (alone) => this.session.nudgeEdge("end", STEP, alone),
        endMuchEarlier: (alone) => this.session.nudgeEdge("end", -BIG_STEP, alone),
        endMuchLater: (alone) => this.session.nudgeEdge("end", BIG_STEP, alone),
        startHere: () => this.session.setEdge("start", this.player.time),
        endHere: () => this.session.setEdge("end", this.player.time),
        text: () => this.word.editText(),
        split: () => {
            const word = this.session.words[this.session.focus];
            if (!word || this.session.split(this.player.time)) return;
            this.messages.say(this.texts.noSplit.replace("{word}", () => word.text));
        },
        merge: () => {
            if (this.session.words.length && !this.session.merge()) this.messages.say(this.texts.noMerge);
        },
        syllables: () => {
            const word = this.session.words[this.session.focus];
            if (!word || this.session.splitSyllables()) return;
            this.messages.say(this.texts.noSyllables.replace("{word}", () => word.text));
        },
        mergeSyllables: () => {
            if (this.session.words.length && !this.session.mergeSyllables()) this.messages.say(this.texts.noParts);
        },
        voice: () => this.word.editVoice(),
        nextDoubt: () => this.pickDoubt(1),
        previousDoubt: () => this.pickDoubt(-1),
        insert: () => {
            if (this.session.insert(this.texts.newWord, this.player.time)) this.word.editText();
            else this.messages.say(this.texts.noRoom);
        },
        remove: () => this.session.remove(),
        newLine: () => this.session.toggleLine(),
        space: () => this.session.toggleSpace(),
        tap: () => this.tapping.start(),
        tapHere: () => this.tapping.startHere(),
        snap: () => {
            this.stage.snapping = !this.stage.snapping;
        },
        follow: () => {
            this.following = !this.following;
        },
        zoomIn: () => this.stage.zoom(ZOOM),
        zoomOut: () => this.stage.zoom(1 / ZOOM),
        zoomAll: () => this.stage.frameTime(0, this.session.duration),
        zoomLine: () => {
            const { words, line } = this.session;
            if (line.to) this.stage.frameTime(words[line.from]!.start, words[line.to - 1]!.end);
        },
        scrollBack: () => this.stage.scrollBy(-0.9),
        scrollOn: () => this.stage.scrollBy(0.9),
        undo: () => this.session.undo(),
        redo: () => this.session.redo(),
        save: () => void this.saving.save(),
        help: () => showShortcuts(this.dialog, this.texts),
        close: () => this.close(),
    };

    private pick(index: number, extend = false): void {
        this.session.select(index, extend);
        const word = this.session.words[this.session.focus];
        if (!word) return;
        if (!this.player.playing) this.player.seek(word.start);
        this.stage.reveal(word.start, word.end);
        this.focusWord();
    }

    private pickLine(by: -1 | 1): void {
        const { words, line } = this.session;
        if (by === 1 && line.to < words.length) this.pick(line.to);
        else if (by === -1 && line.from > 0) this.pick(lineAt(words, line.from - 1).from);
    }

    /** After the last comes the first. */
    private pickDoubt(by: -1 | 1): void {
        const { doubtful, focus } = this.session;
        const further = by === 1 ? doubtful.find((index) => index > focus) : doubtful.findLast((index) => index < focus);
        const to = further ?? doubtful.at(by === 1 ? 0 : -1);
        if (to === undefined) this.messages.say(this.texts.noDoubts);
        else this.pick(to);
    }

    /** The keyboard goes to the word in the list, unless it is at the waveform, which takes the same keys. */
    private focusWord(): void {
        if (!this.stage.box.contains(document.activeElement)) this.list.choose(true);
    }

    private goTo(time: number): void {
        this.player.seek(time);
        this.stage.reveal(time, time);
    }

    private changeSpeed(by: -1 | 1): void {
        const at = SPEEDS.indexOf(this.player.speed) + by;
        this.player.speed = SPEEDS[Math.min(Math.max(at, 0), SPEEDS.length - 1)]!;
    }

    private close(): void {
        if (this.stage.cancelGesture()) return;
        if (this.session.tap) return this.tapping.stop();
        void this.saving.close(() => this.focusWord());
    }

    private restyle(): void {
        const { ground } = paletteOf(this.dialog);
        const light = (ground.match(/[\d.]+/g) ?? []).slice(0, 3).every((part) => Number(part) > 127);
        this.dialog.classList.toggle("bright", light);
        this.stage.restyle();
    }
}
