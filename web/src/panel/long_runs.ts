// Which prompts are worth a word when they end: those with a node of ours that took long.

export type End = "done" | "failed" | "interrupted";

export interface Watch {
    /** From how many seconds a prompt counts as long. */
    seconds(): number;
    /** Whether the prompt, which is running, has a node of this pack. */
    isOurs(prompt: string): Promise<boolean>;
    tell(end: "done" | "failed", seconds: number, message: string): void;
}

interface Run {
    since: number;
    timer: ReturnType<typeof setTimeout>;
    ours?: Promise<boolean>;
}

export class LongRuns {
    private readonly runs = new Map<string, Run>();

    constructor(private readonly watch: Watch) {}

    /** The server is asked what a prompt is made of only once it has run for long, while it still runs. */
    start(prompt: string): void {
        this.forget(prompt);
        const timer = setTimeout(() => {
            const run = this.runs.get(prompt);
            if (run) run.ours = this.watch.isOurs(prompt).catch(() => false);
        }, this.watch.seconds() * 1000);
        this.runs.set(prompt, { since: Date.now(), timer });
    }

    async end(prompt: string, end: End, message = ""): Promise<void> {
        const run = this.runs.get(prompt);
        this.forget(prompt);
        // Who interrupts a prompt knows that it has ended.
        if (run?.ours && end !== "interrupted" && (await run.ours)) {
            this.watch.tell(end, (Date.now() - run.since) / 1000, message);
        }
    }

    private forget(prompt: string): void {
        clearTimeout(this.runs.get(prompt)?.timer);
        this.runs.delete(prompt);
    }
}

/** Whether ComfyUI's answer to `/queue` has the prompt among those that run, with a node of this pack in it. */
export function hasOurs(queue: any, prompt: string): boolean {
    const running = (queue?.queue_running ?? []).find((entry: any) => entry?.[1] === prompt);
    const nodes = Object.values<any>(running?.[2] ?? {});
    return nodes.some((node) => String(node?.class_type ?? "").startsWith("LipSync"));
}
