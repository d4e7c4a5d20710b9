// Tapping a line in: the audio plays, and each press is the moment a word begins.
import { element } from "../shared/dom";
import type { WordList } from "./list";
import type { Messages } from "./messages";
import type { Player } from "./player";
import type { Session } from "./session";
import type { Stage } from "./stage";
import type { Texts } from "./texts";
import { textOf } from "./words";

/** Before a line that is tapped in, so that the first word does not come as a surprise. */
const LEAD = 1500;

export class Tapping {
    readonly box = element("div", { className: "bar", hidden: true });

    constructor(
        private readonly session: Session,
        private readonly player: Player,
        private readonly stage: Stage,
        private readonly list: WordList,
        private readonly texts: Texts,
        private readonly messages: Messages,
    ) {
        const tap = element("button", { type: "button", textContent: texts.tapNow, className: "strong" });
        // The press itself is the moment that counts.
        tap.onpointerdown = () => this.press();
        tap.onclick = (event) => event.detail === 0 && this.press();
        const stop = element("button", { type: "button", textContent: texts.stopTap });
        stop.onclick = () => this.stop();
        this.box.append(tap, stop, element("span", { textContent: texts.tapHint }));
    }

    /** The line, from its beginning. */
    start(): void {
        this.begin(this.session.line.from);
    }

    /** The rest of the line that is sung at the cursor, from the word that comes there. */
    startHere(): void {
        const next = this.session.nextAt(this.player.time);
        if (next === -1) this.messages.say(this.texts.nothingFollows);
        else this.begin(next);
    }

    private begin(from: number): void {
        const { words } = this.session;
        const first = words[from];
        if (!first) return;
        this.session.startTap(from);
        const { to } = this.session.tap!.line;
        this.stage.reveal(first.start - LEAD, words[to - 1]!.end);
        this.list.choose(true);
        this.player.seek(Math.max(first.start - LEAD, 0));
        this.player.play();
        this.messages.say(`${textOf(words.slice(from, to))} – ${this.texts.tapHint}`);
    }

    press(): void {
        this.session.tapAt(this.player.time);
    }

    stop(): void {
        this.session.cancelTap();
        this.player.pause();
        this.messages.say(this.texts.stopped);
        this.list.choose(true);
    }

    show(): void {
        this.box.hidden = !this.session.tap;
    }
}
