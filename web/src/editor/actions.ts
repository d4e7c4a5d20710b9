// What keys and buttons do, by name.
import type { WordBar } from "./controls";
import { SPEEDS } from "./controls";
import type { Action } from "./keys";
import type { WordList } from "./list";
import type { Messages } from "./messages";
import type { Player } from "./player";
import { showShortcuts } from "./popups";
import type { Saving } from "./saving";
import type { Session } from "./session";
import type { Stage } from "./stage";
import type { Tapping } from "./tapping";
import type { Texts } from "./texts";
import { lineAt } from "./words";

const STEP = 10;
const BIG_STEP = 100;
const ZOOM = 1.5;

interface Parts {
    readonly dialog: HTMLDialogElement;
    readonly texts: Texts;
    readonly messages: Messages;
    readonly session: Session;
    readonly player: Player;
    readonly stage: Stage;
    readonly list: WordList;
    readonly word: WordBar;
    readonly tapping: Tapping;
    readonly saving: Saving;
}

export class Actions {
    /** While it plays, the view goes along. */
    following = true;

    constructor(private readonly parts: Parts) {}

    /** alone: an edge moves without the word that touches it. */
    run(action: Action, alone = false): void {
        this.table[action](alone);
    }

    private readonly table: Record<Action, (alone: boolean) => void> = {
        play: () => this.parts.player.toggle(),
        playWord: () => {
            const word = this.parts.session.words[this.parts.session.focus];
            if (word) this.parts.player.play({ from: word.start, to: word.end });
        },
        playLine: () => {
            const { words, line } = this.parts.session;
            if (line.to) this.parts.player.play({ from: words[line.from]!.start, to: words[line.to - 1]!.end });
        },
        loop: () => {
            this.parts.player.loop = !this.parts.player.loop;
        },
        slower: () => this.changeSpeed(-1),
        faster: () => this.changeSpeed(1),
        back: () => this.parts.player.seek(this.parts.player.time - 1000),
        forward: () => this.parts.player.seek(Math.min(this.parts.player.time + 1000, this.parts.session.duration)),
        home: () => this.goTo(0),
        end: () => this.goTo(this.parts.session.duration),
        previous: () => this.pick(this.parts.session.focus - 1),
        next: () => this.pick(this.parts.session.focus + 1),
        up: () => this.pickLine(-1),
        down: () => this.pickLine(1),
        extendBack: () => this.pick(this.parts.session.focus - 1, true),
        extend: () => this.pick(this.parts.session.focus + 1, true),
        selectLine: () => this.parts.session.selectLine(),
        earlier: () => this.parts.session.nudge(-STEP),
        later: () => this.parts.session.nudge(STEP),
        muchEarlier: () => this.parts.session.nudge(-BIG_STEP),
        muchLater: () => this.parts.session.nudge(BIG_STEP),
        lineEarlier: () => this.parts.session.nudgeLine(-STEP),
        lineLater: () => this.parts.session.nudgeLine(STEP),
        lineMuchEarlier: () => this.parts.session.nudgeLine(-BIG_STEP),
        lineMuchLater: () => this.parts.session.nudgeLine(BIG_STEP),
        ripple: () => {
            this.parts.session.ripple = !this.parts.session.ripple;
            this.parts.session.settle();
        },
        fillGaps: () => {
            if (!this.parts.session.fillGaps()) this.parts.messages.say(this.parts.texts.noGaps);
        },
        startEarlier: (alone) => this.parts.session.nudgeEdge("start", -STEP, alone),
        startLater: (alone) => this.parts.session.nudgeEdge("start", STEP, alone),
        startMuchEarlier: (alone) => this.parts.session.nudgeEdge("start", -BIG_STEP, alone),
        startMuchLater: (alone) => this.parts.session.nudgeEdge("start", BIG_STEP, alone),
        endEarlier: (alone) => this.parts.session.nudgeEdge("end", -STEP, alone),
        endLater: (alone) => this.parts.session.nudgeEdge("end", STEP, alone),
        endMuchEarlier: (alone) => this.parts.session.nudgeEdge("end", -BIG_STEP, alone),
        endMuchLater: (alone) => this.parts.session.nudgeEdge("end", BIG_STEP, alone),
        startHere: () => this.parts.session.setEdge("start", this.parts.player.time),
        endHere: () => this.parts.session.setEdge("end", this.parts.player.time),
        text: () => this.parts.word.editText(),
        split: () => {
            const word = this.parts.session.words[this.parts.session.focus];
            if (!word || this.parts.session.split(this.parts.player.time)) return;
            this.parts.messages.say(this.parts.texts.noSplit.replace("{word}", () => word.text));
        },
        merge: () => {
            if (this.parts.session.words.length && !this.parts.session.merge()) this.parts.messages.say(this.parts.texts.noMerge);
        },
        syllables: () => {
            const word = this.parts.session.words[this.parts.session.focus];
            if (!word || this.parts.session.splitSyllables()) return;
            this.parts.messages.say(this.parts.texts.noSyllables.replace("{word}", () => word.text));
        },
        mergeSyllables: () => {
            if (this.parts.session.words.length && !this.parts.session.mergeSyllables()) this.parts.messages.say(this.parts.texts.noParts);
        },
        voice: () => this.parts.word.editVoice(),
        nextDoubt: () => this.pickDoubt(1),
        previousDoubt: () => this.pickDoubt(-1),
        insert: () => {
            if (this.parts.session.insert(this.parts.texts.newWord, this.parts.player.time)) this.parts.word.editText();
            else this.parts.messages.say(this.parts.texts.noRoom);
        },
        remove: () => this.parts.session.remove(),
        newLine: () => this.parts.session.toggleLine(),
        space: () => this.parts.session.toggleSpace(),
        tap: () => this.parts.tapping.start(),
        tapHere: () => this.parts.tapping.startHere(),
        snap: () => {
            this.parts.stage.snapping = !this.parts.stage.snapping;
        },
        follow: () => {
            this.following = !this.following;
        },
        zoomIn: () => this.parts.stage.zoom(ZOOM),
        zoomOut: () => this.parts.stage.zoom(1 / ZOOM),
        zoomAll: () => this.parts.stage.frameTime(0, this.parts.session.duration),
        zoomLine: () => {
            const { words, line } = this.parts.session;
            if (line.to) this.parts.stage.frameTime(words[line.from]!.start, words[line.to - 1]!.end);
        },
        scrollBack: () => this.parts.stage.scrollBy(-0.9),
        scrollOn: () => this.parts.stage.scrollBy(0.9),
        undo: () => this.parts.session.undo(),
        redo: () => this.parts.session.redo(),
        save: () => void this.parts.saving.save(),
        help: () => showShortcuts(this.parts.dialog, this.parts.texts),
        close: () => this.close(),
    };

    pick(index: number, extend = false): void {
        this.parts.session.select(index, extend);
        const word = this.parts.session.words[this.parts.session.focus];
        if (!word) return;
        if (!this.parts.player.playing) this.parts.player.seek(word.start);
        this.parts.stage.reveal(word.start, word.end);
        this.focusWord();
    }

    private pickLine(by: -1 | 1): void {
        const { words, line } = this.parts.session;
        if (by === 1 && line.to < words.length) this.pick(line.to);
        else if (by === -1 && line.from > 0) this.pick(lineAt(words, line.from - 1).from);
    }

    /** After the last comes the first. */
    private pickDoubt(by: -1 | 1): void {
        const { doubtful, focus } = this.parts.session;
        const further = by === 1 ? doubtful.find((index) => index > focus) : doubtful.findLast((index) => index < focus);
        const to = further ?? doubtful.at(by === 1 ? 0 : -1);
        if (to === undefined) this.parts.messages.say(this.parts.texts.noDoubts);
        else this.pick(to);
    }

    /** The keyboard goes to the word in the list, unless it is at the waveform, which takes the same keys. */
    focusWord(): void {
        if (!this.parts.stage.box.contains(document.activeElement)) this.parts.list.choose(true);
    }

    private goTo(time: number): void {
        this.parts.player.seek(time);
        this.parts.stage.reveal(time, time);
    }

    private changeSpeed(by: -1 | 1): void {
        const at = SPEEDS.indexOf(this.parts.player.speed) + by;
        this.parts.player.speed = SPEEDS[Math.min(Math.max(at, 0), SPEEDS.length - 1)]!;
    }

    private close(): void {
        if (this.parts.stage.cancelGesture()) return;
        if (this.parts.session.tap) return this.parts.tapping.stop();
        void this.parts.saving.close(() => this.focusWord());
    }
}
