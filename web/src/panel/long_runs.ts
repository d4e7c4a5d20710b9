// Which prompts are worth a word when they end: those with a node of ours that took long.

export type End = "done" | "failed" | "interrupted";

export interface Node {
    id: string;
    kind: string;
}

interface Watch {
    /** From how many seconds a prompt counts as long. */
    seconds(): number;
    /** The nodes of this pack that the prompt, which is running, has: ids and kinds. */
    ours(prompt: string): Promise<Node[]>;
    /** done: kinds of this pack's nodes that have worked; files: what was saved. */
    tell(end: "done" | "failed", told: { seconds: number; message: string; done: string[]; files: string[] }): void;
}

interface Run {
    since: number;
    timer: ReturnType<typeof setTimeout>;
    ours?: Promise<Node[]>;
    /** Nodes whose results of before were taken. */
    cached: Set<string>;
    files: string[];
}

export class LongRuns {
    private readonly runs = new Map<string, Run>();

    constructor(private readonly watch: Watch) {}

    /** The server is asked what a prompt is made of only once it has run for long, while it still runs. */
    start(prompt: string): void {
        this.forget(prompt);
        const timer = setTimeout(() => {
            const run = this.runs.get(prompt);
            if (run) run.ours = this.watch.ours(prompt).catch(() => []);
        }, this.watch.seconds() * 1000);
        this.runs.set(prompt, { since: Date.now(), timer, cached: new Set(), files: [] });
    }

    async end(prompt: string, end: End, message = ""): Promise<void> {
        const run = this.runs.get(prompt);
        this.forget(prompt);
        // Who interrupts a prompt knows that it has ended.
        const ours = run && end !== "interrupted" ? ((await run.ours) ?? []) : [];
        if (!run || end === "interrupted" || !ours.length) return;
        const done = [...new Set(ours.filter(({ id }) => !run.cached.has(id)).map(({ kind }) => kind))];
        this.watch.tell(end, { seconds: (Date.now() - run.since) / 1000, message, done, files: run.files });
    }

    cached(prompt: string, nodes: readonly string[]): void {
        for (const node of nodes) this.runs.get(prompt)?.cached.add(String(node));
    }

    /** What a node has put out: files in ComfyUI's output folder are what the run was for. */
    executed(prompt: string, output: any): void {
        const listed = Object.values<any>(output ?? {}).flatMap((value) => (Array.isArray(value) ? value : []));
        for (const file of listed) {
            if (file?.type !== "output" || !file.filename) continue;
            this.runs.get(prompt)?.files.push(file.subfolder ? `${file.subfolder}/${file.filename}` : file.filename);
        }
    }

    private forget(prompt: string): void {
        clearTimeout(this.runs.get(prompt)?.timer);
        this.runs.delete(prompt);
    }
}

/** The nodes of this pack in the prompt, if ComfyUI's answer to `/queue` has it among those that run. */
export function ourNodes(queue: any, prompt: string): Node[] {
    const running = (queue?.queue_running ?? []).find((entry: any) => entry?.[1] === prompt);
    return Object.entries<any>(running?.[2] ?? {})
        .map(([id, node]) => ({ id, kind: String(node?.class_type ?? "") }))
        .filter(({ kind }) => kind.startsWith("LipSync"));
}
