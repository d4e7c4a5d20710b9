// One set of weights in the panel. It is updated in place, so that the focus stays where it is.
import { element } from "../shared/dom";
import { size } from "./figures";
import { act } from "./server";
import { canVerify, isActive, isBad, offer, outcome, progress, toFetch } from "./sets";
import type { Texts } from "./texts";
import type { Action, Job, WeightFile, WeightSet } from "./types";

export class SetRow {
    readonly root: HTMLElement;
    private readonly badge = element("span", { className: "ls-badge" });
    private readonly note = element("p", { className: "ls-muted" });
    private readonly bar = element("progress", { className: "ls-bar" });
    private readonly stage = element("p", { className: "ls-stage" });
    private readonly amount = element("p", { className: "ls-muted" });
    private readonly live = element("div", { className: "ls-live" }, [this.stage, this.bar, this.amount]);
    private readonly outcome = element("p", { className: "ls-outcome", role: "status" });
    private readonly first = element("button", { type: "button", className: "ls-button" });
    private readonly verify = element("button", { type: "button", className: "ls-button ls-plain" });
    private readonly count = element("summary", {});
    private readonly licence = element("p", { className: "ls-muted" });
    private readonly files = element("ul", { className: "ls-files" });
    private job?: Job;

    constructor(
        private set: WeightSet,
        private readonly texts: Texts,
        private readonly language: string,
    ) {
        const title = element("h4", { textContent: set.title, id: `lipsync-set-${set.name}` });
        const details = element("details", {}, [this.count, this.licence, this.files]);
        this.root = element("li", { className: "ls-set" }, [
            element("div", { className: "ls-head" }, [title, this.badge]),
            this.note,
            this.live,
            this.outcome,
            element("div", { className: "ls-buttons" }, [this.first, this.verify]),
            details,
        ]);
        this.root.dataset.set = set.name;
        this.root.setAttribute("aria-labelledby", title.id);
        this.bar.setAttribute("aria-labelledby", title.id);
        this.first.onclick = () => void this.do(isActive(this.job) ? "cancel" : "install");
        this.verify.onclick = () => void this.do("verify");
    }

    /** What there is to install of the set, unless it is at work. */
    get installable(): boolean {
        return !["cancel", "none"].includes(offer(this.set, this.job));
    }

    install(): Promise<void> {
        return this.do("install");
    }

    update(set: WeightSet, job?: Job): void {
        this.set = set;
        this.show(job);
        const { texts } = this;
        this.count.textContent = texts.files(set.files.length);
        this.licence.textContent = set.licence;
        this.files.replaceChildren(...set.files.map((file) => this.line(file)));
    }

    /** The job has gone on. */
    show(job?: Job): void {
        this.job = job;
        const { set, texts, language } = this;
        const active = isActive(job);
        this.badge.textContent = active ? texts.working : texts.states[set.state];
        this.badge.dataset.state = active ? "working" : set.state;
        const rest = toFetch(set);
        const parts = [size(set.bytes, language)];
        if (rest && rest !== set.bytes) parts.push(texts.toFetch(size(rest, language)));
        if (rest) parts.push(set.licence);
        this.note.textContent = parts.join(" · ");

        this.live.hidden = !active;
        if (job && active) {
            const [stage, amount] = progress(job, texts, language);
            [this.stage.textContent, this.amount.textContent] = [stage, amount];
            if (job.total) [this.bar.max, this.bar.value] = [job.total, job.done];
            else this.bar.removeAttribute("value");
        }
        const ended = outcome(job, texts);
        if (this.outcome.textContent !== ended) this.outcome.textContent = ended;
        this.outcome.hidden = !ended;
        this.outcome.classList.toggle("ls-bad", isBad(job));

        const what = offer(set, job);
        this.label(this.first, texts.offers[what]);
        this.first.disabled = job?.state === "stopping";
        this.first.hidden = what === "none";
        this.label(this.verify, texts.verify);
        this.verify.hidden = !canVerify(set, job);
    }

    /** With the set's name for those who hear the button alone. */
    private label(button: HTMLButtonElement, text: string): void {
        button.textContent = text;
        button.ariaLabel = this.texts.forSet(text, this.set.title);
    }

    private line(file: WeightFile): HTMLLIElement {
        const { texts, language } = this;
        const found = file.state === "partial" || file.state === "wrong";
        const bytes = found ? texts.of(size(file.found_bytes, language), size(file.bytes, language)) : size(file.bytes, language);
        const about = [texts.states[file.state], bytes, file.licence, ...(file.needed ? [] : [texts.optional])];
        const made = element("li", {}, [
            element("span", { className: "ls-path", textContent: file.path ?? file.place }),
            element("span", { className: "ls-muted", textContent: about.join(" · ") }),
        ]);
        made.dataset.state = file.state;
        return made;
    }

    private async do(action: Action): Promise<void> {
        // The button that was pressed may go; the focus is to stay in the row.
        const focused = this.root.contains(document.activeElement);
        try {
            this.show(await act(this.set.name, action));
        } catch (error) {
            this.outcome.textContent = (error as Error).message;
            this.outcome.hidden = false;
            this.outcome.classList.add("ls-bad");
        }
        if (focused && document.activeElement === document.body) this.first.focus();
    }
}
