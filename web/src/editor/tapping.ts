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

    start(): void {
        const { words, line } = this.session;
        const first = words[line.from];
        if (!first) return;
        this.session.startTap();
        this.stage.reveal(first.start - LEAD, words[line.to - 1]!.end);
        this.list.choose(true);
        this.player.seek(Math.max(first.start - LEAD, 0));
        this.player.play();
        this.messages.say(`${textOf(words.slice(line.from, line.to))} – ${this.texts.tapHint}`);
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
