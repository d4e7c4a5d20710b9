// The lyrics at the cursor as Lyric Overlay will draw them: the server draws them with the overlay's own code.
import { element } from "../shared/dom";
import type { Session } from "./session";
import type { Texts } from "./texts";

/** Milliseconds without a change before a picture is asked for while nothing plays. */
const QUIET = 80;

const SHAPES = ["16:9", "9:16", "1:1", "4:3"] as const;

/** What is wanted of the server. */
export interface Wanted {
    /** As the node would hold them. */
    readonly edits: string;
    /** Milliseconds. */
    readonly time: number;
    readonly shape: string;
}

export interface Drawing {
    /** Width to height that the style was set with. */
    readonly shape: string;
    /** A picture, or a sentence why there is none. */
    draw(wanted: Wanted): Promise<Blob | string>;
}

export class Preview {
    readonly box: HTMLElement;
    private readonly picture = element("img", { alt: "", draggable: false });
    private readonly said = element("p", { className: "why" });
    private readonly shape: HTMLSelectElement;
    private asked = "";
    private busy = false;
    private waiting: ReturnType<typeof setTimeout> | undefined;
    private held = "";
    private over = false;
    private edits: { words: unknown; text: string } | null = null;

    constructor(
        private readonly session: Session,
        private readonly drawing: Drawing,
        private readonly texts: Texts,
        private readonly time: () => number,
    ) {
        const options = SHAPES.map((one) => element("option", { value: one, textContent: one }));
        this.shape = element("select", { ariaLabel: texts.shape, title: texts.shape }, options);
        this.shape.value = drawing.shape;
        this.shape.onchange = () => this.soon();
        const head = element("div", { className: "bar" }, [element("span", { textContent: texts.look }), this.shape]);
        this.box = element("div", { className: "look" }, [head, this.picture, this.said]);
    }

    /** The words or the time may have changed. playing: without a wait. */
    show(playing: boolean): void {
        if (this.busy) return;
        if (playing) return void this.draw();
        this.soon();
    }

    dispose(): void {
        this.over = true;
        clearTimeout(this.waiting);
        URL.revokeObjectURL(this.held);
    }

    private soon(): void {
        clearTimeout(this.waiting);
        this.waiting = setTimeout(() => void this.draw(), QUIET);
    }

    private async draw(): Promise<void> {
        clearTimeout(this.waiting);
        if (this.busy || this.over || !this.box.checkVisibility()) return;
        const { words } = this.session;
        if (this.edits?.words !== words) this.edits = { words, text: this.session.serialise() };
        const wanted = { edits: this.edits.text, time: Math.round(this.time()), shape: this.shape.value };
        const asked = JSON.stringify(wanted);
        if (asked === this.asked) return;
        this.asked = asked;
        this.busy = true;
        const answer = await this.drawing
            .draw(wanted)
            .catch((error) => String((error as Error).message));
        this.busy = false;
        if (this.over) return;
        this.tell(answer);
        // The words or the time may have gone on meanwhile.
        this.soon();
    }

    private tell(answer: Blob | string): void {
        const drawn = typeof answer !== "string";
        this.said.textContent = drawn ? "" : answer;
        this.picture.hidden = !drawn;
        if (!drawn) return;
        URL.revokeObjectURL(this.held);
        this.held = URL.createObjectURL(answer);
        this.picture.src = this.held;
        this.picture.alt = this.texts.lookOf;
    }
}
