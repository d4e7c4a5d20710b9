// The models, and the machine they are for.
import { api } from "comfy/api";
import { element } from "../shared/dom";
import { EVENT } from "./event";
import { size } from "./figures";
import { models } from "./server";
import { isActive } from "./sets";
import { SetRow } from "./set_row";
import type { Texts } from "./texts";
import type { Job, Models } from "./types";

export class ModelsView {
    readonly root = element("div", {});
    private readonly machine = element("dl", { className: "ls-facts" });
    private readonly problem = element("p", { className: "ls-bad", role: "alert", hidden: true });
    private readonly groups = element("div", {});
    private readonly rows = new Map<string, SetRow>();
    private readonly counts = new Map<string, HTMLElement>();

    constructor(
        private readonly texts: Texts,
        private readonly language: string,
    ) {
        this.root.append(
            element("section", { ariaLabel: texts.machine }, [element("h3", { textContent: texts.machine }), this.machine]),
            this.problem,
            element("section", { ariaLabel: texts.models }, [element("h3", { textContent: texts.models }), this.groups]),
        );
        this.groups.textContent = texts.loading;
        api.addEventListener(EVENT, this.onJob);
    }

    close(): void {
        api.removeEventListener(EVENT, this.onJob);
    }

    async refresh(): Promise<void> {
        try {
            const found = await models();
            this.problem.hidden = true;
            this.show(found);
        } catch (error) {
            this.problem.textContent = (error as Error).message;
            this.problem.hidden = false;
        }
    }

    private onJob = (event: CustomEvent<Job>): void => {
        this.rows.get(event.detail.set)?.show(event.detail);
        // Sets share files, and the disk has changed.
        if (!isActive(event.detail)) void this.refresh();
    };

    private show(found: Models): void {
        this.showMachine(found);
        if (!this.rows.size) this.build(found);
        for (const set of found.sets) this.rows.get(set.name)?.update(set, found.jobs[set.name]);
        for (const [kind, count] of this.counts) {
            const members = found.sets.filter((set) => set.kind === kind);
            const installed = members.filter((set) => set.state === "installed").length;
            count.textContent = this.texts.installedOf(installed, members.length);
        }
    }

    private showMachine(found: Models): void {
        const { texts, language } = this;
        const gpus = found.gpus.map(({ name, memory_bytes: all, free_bytes: free }) => {
            const memory = all ? texts.memory(size(free, language), size(all, language)) : texts.ownMemory;
            return `${name} (${memory})`;
        });
        const facts: [string, string][] = [
            [texts.gpu, gpus.join(", ") || texts.noGpu],
            [texts.disk, `${found.folder} (${texts.free(size(found.free_bytes, language))})`],
        ];
        this.machine.replaceChildren(
            ...facts.flatMap(([name, value]) => [element("dt", { textContent: name }), element("dd", { textContent: value })]),
        );
    }

    private build(found: Models): void {
        this.groups.replaceChildren();
        for (const kind of new Set(found.sets.map((set) => set.kind))) {
            const members = found.sets.filter((set) => set.kind === kind);
            const list = element("ul", { className: "ls-sets" });
            for (const set of members) {
                const row = new SetRow(set, this.texts, this.language);
                this.rows.set(set.name, row);
                list.append(row.root);
            }
            const name = this.texts.groups[kind] ?? kind;
            list.ariaLabel = name;
            const count = element("span", { className: "ls-muted" });
            this.counts.set(kind, count);
            const summary = element("summary", { className: "ls-group" }, [element("h4", { textContent: name }), count]);
            const group = element("details", {}, [summary]);
            const bundles = Object.values(found.bundles).filter((sets) => members.some((set) => set.name === sets[0]));
            if (bundles.length) group.append(this.together(bundles, found));
            group.append(list);
            // What the largest engine needs is looked at most; of the others, what there is.
            group.open = !this.groups.childElementCount || members.some((set) => set.state !== "missing");
            this.groups.append(group);
        }
    }

    /** Sets that are of use together, installed by one button. */
    private together(bundles: string[][], found: Models): HTMLElement {
        const { texts } = this;
        const title = (name: string) => found.sets.find((set) => set.name === name)?.title ?? name;
        const choice = element("select", { className: "ls-select", ariaLabel: texts.together });
        choice.append(...bundles.map((sets) => new Option(sets.map(title).join(" + "))));
        const button = element("button", { type: "button", className: "ls-button", textContent: texts.installTogether });
        button.onclick = () => {
            const rows = (bundles[choice.selectedIndex] ?? []).map((name) => this.rows.get(name));
            for (const row of rows) if (row?.installable) void row.install();
        };
        return element("div", { className: "ls-together" }, [choice, button]);
    }
}
