// The words as text, line by line: for reading, and for the keyboard and screen readers.
import { element } from "../shared/dom";
import type { Session } from "./session";
import type { Texts } from "./texts";
import { clock } from "./view";
import { directionOf, linesOf, textOf, type Word } from "./words";

interface Row {
    readonly box: HTMLElement;
    readonly options: HTMLElement[];
    readonly words: readonly Word[];
    from: number;
    number: number;
}

export class WordList {
    readonly box: HTMLElement;
    private rows: Row[] = [];
    private chosen: HTMLElement[] = [];
    private singing: HTMLElement[] = [];

    constructor(
        private readonly session: Session,
        private readonly texts: Texts,
        picked: (index: number, event: MouseEvent) => void,
        pickedLine: (index: number) => void,
    ) {
        this.box = element("div", { className: "lines", role: "listbox", ariaLabel: texts.words });
        this.box.setAttribute("aria-multiselectable", "true");
        const pick = (event: MouseEvent) => {
            const target = event.target as HTMLElement;
            const option = target.closest<HTMLElement>("[role=option]");
            const row = this.rows.find((one) => one.box.contains(target));
            if (!row || !(option || target.closest(".stamp"))) return;
            event.preventDefault();
            const index = option ? row.from + row.options.indexOf(option) : row.from;
            // What is being typed is the other word's.
            (document.activeElement as HTMLElement | null)?.blur();
            if (option) picked(index, event);
            else pickedLine(index);
        };
        // The press counts: it ends typing in a field, which makes rows anew, and no click would come of it.
        this.box.addEventListener("mousedown", (event) => event.button === 0 && pick(event));
        this.box.addEventListener("click", (event) => event.detail === 0 && pick(event));
        this.update();
    }

    /** Makes anew the rows whose words have changed. */
    update(): void {
        const { words } = this.session;
        const lines = linesOf(words).map(({ from, to }) => ({ from, words: words.slice(from, to) }));
        const focused = this.box.contains(document.activeElement);
        const same = (row: Row | undefined, line: { words: readonly Word[] } | undefined) =>
            row && line && row.words.length === line.words.length && row.words.every((word, k) => word === line.words[k]);
        let head = 0;
        while (head < lines.length && same(this.rows[head], lines[head])) head++;
        let tail = 0;
        const most = Math.min(this.rows.length, lines.length) - head;
        while (tail < most && same(this.rows.at(-1 - tail), lines.at(-1 - tail))) tail++;
        const after = this.rows.slice(this.rows.length - tail);
        for (const row of this.rows.slice(head, this.rows.length - tail)) row.box.remove();
        const made = lines.slice(head, lines.length - tail).map((line) => this.row(line.from, line.words));
        const next = after[0]?.box ?? null;
        for (const row of made) this.box.insertBefore(row.box, next);
        this.rows = [...this.rows.slice(0, head), ...made, ...after];
        this.rows.forEach((row, index) => {
            row.from = lines[index]!.from;
            if (row.number !== index + 1) this.label(row, index + 1);
        });
        this.choose(focused);
    }

    /** Shows the selection; focus: moves the keyboard's focus there too. */
    choose(focus: boolean): void {
        const { selection, focus: head } = this.session;
        for (const option of this.chosen) {
            option.ariaSelected = "false";
            option.tabIndex = -1;
        }
        this.chosen = [];
        for (let index = selection.from; index < selection.to; index++) {
            const option = this.option(index);
            if (!option) continue;
            option.ariaSelected = "true";
            this.chosen.push(option);
        }
        const current = this.option(head);
        if (!current) return;
        current.tabIndex = 0;
        if (focus) current.focus({ preventScroll: true });
        current.scrollIntoView({ block: "nearest" });
    }

    /** The words that are heard: one of each voice. */
    sing(indices: readonly number[]): void {
        const options = indices.flatMap((index) => this.option(index) ?? []);
        if (options.length === this.singing.length && options.every((one, k) => one === this.singing[k])) return;
        for (const option of this.singing) option.classList.remove("singing");
        for (const option of options) option.classList.add("singing");
        this.singing = options;
    }

    /** An element of the list stands in a line that is read from right to left. */
    isRightToLeft(inside: Element | null): boolean {
        return this.box.contains(inside) && inside?.closest<HTMLElement>(".line")?.dir === "rtl";
    }

    private option(index: number): HTMLElement | null {
        let [low, high] = [0, this.rows.length];
        while (low < high) {
            const middle = (low + high) >> 1;
            if (this.rows[middle]!.from <= index) low = middle + 1;
            else high = middle;
        }
        const row = this.rows[low - 1];
        return row?.options[index - row.from] ?? null;
    }

    private row(from: number, words: readonly Word[]): Row {
        const options = words.map((word) => this.word(word));
        // Spaces lie between the words, not in them.
        const parts = options.flatMap((option, k) => (words[k]!.space ? [option, " "] : [option]));
        const stamp = element("span", { className: "stamp", textContent: clock(words[0]!.start, 2) });
        stamp.ariaHidden = "true";
        // Each word is apart from its surroundings, so that these can't tell the line's direction.
        const dir = directionOf(textOf(words));
        const text = element("span", { className: "text", role: "presentation" }, parts);
        const box = element("div", { className: "line", role: "group", dir }, [stamp, text]);
        const { voice } = words[0]!;
        if (voice) {
            const singer = element("bdi", { className: "singer", textContent: voice, ariaHidden: "true" });
            box.insertBefore(singer, text);
        }
        const row: Row = { box, options, words, from, number: 0 };
        return row;
    }

    private label(row: Row, number: number): void {
        row.number = number;
        const { voice } = row.words[0]!;
        row.box.ariaLabel = `${this.texts.line} ${number}${voice ? `, ${voice}` : ""}`;
        (row.box.firstElementChild as HTMLElement).dataset.number = String(number);
    }

    private word(word: Word): HTMLElement {
        const edited = this.session.isEdited(word);
        const doubt = this.session.doubtOf(word);
        const told = edited ? this.texts.edited : ["", this.texts.doubtful, this.texts.estimated][doubt];
        const option = element("bdi", {
            className: `word${edited ? " edited" : ["", " doubtful", " doubtful estimated"][doubt]}`,
            role: "option",
            tabIndex: -1,
            textContent: word.text,
            ariaSelected: "false",
        });
        const times = `${clock(word.start)} – ${clock(word.end)}`;
        option.ariaLabel = [word.text, times, ...(told ? [told] : [])].join(", ");
        option.title = told ? `${times}: ${told}` : times;
        return option;
    }
}
