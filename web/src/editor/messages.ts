// What the editor tells the person: a line at its foot, and notices that stay at its top.
import { element } from "../shared/dom";
import type { Applied } from "./edits";
import type { Session } from "./session";
import type { Texts } from "./texts";
import { clock } from "./view";
import { directionOf } from "./words";

const BLOCKED = {
    shortest: "tooShort",
    neighbour: "inTheWay",
    overlap: "overlaps",
    first: "audioBegins",
    last: "audioEnds",
} as const;

export class Messages {
    readonly said = element("div", { className: "said", role: "status" });
    readonly notices = element("div", { role: "alert" });

    constructor(private readonly texts: Texts) {}

    say(text: string): void {
        // Written again, the same would be read out again.
        if (this.said.textContent !== text) this.said.textContent = text;
    }

    warn(text: string): void {
        this.notices.append(element("p", { className: "notice", textContent: text }));
    }

    /** The word's times, and why it goes no farther. */
    sayTimes({ blocked, words, focus }: Session): void {
        const word = words[focus];
        if (!word) return;
        // Set apart, a text that runs to the left doesn't turn the times around.
        const text = directionOf(word.text) === "rtl" ? `\u2068${word.text}\u2069` : word.text;
        const times = `${text}: ${clock(word.start)} – ${clock(word.end)}`;
        const why = blocked && this.texts[BLOCKED[blocked.by]].replace("{word}", () => blocked.word);
        this.say(why ? `${times}. ${why}` : times);
    }

    tellRefused(refused: Applied["refused"]): void {
        const { texts } = this;
        const lines = refused.map(({ edit, reason }) => {
            const words = edit.was.map((entry) => entry[0]).join(" ");
            return `“${words}” (${clock(edit.was[0]?.[1] ?? 0)}): ${texts[reason]}`;
        });
        if (lines.length) this.warn([texts.refused, ...lines].join("\n"));
    }
}
