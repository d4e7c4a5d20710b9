// What is told, wherever in the page the user is, when long work has ended.
import { api } from "comfy/api";
import { app } from "comfy/app";
import { EVENT } from "./event";
import { clock } from "./figures";
import { LongRuns, ourNodes } from "./long_runs";
import { outcomeTexts } from "./outcomes";
import { models } from "./server";
import { isActive, isBad, outcome } from "./sets";
import { LONG_SECONDS, TOASTS } from "./settings";
import type { Job } from "./types";

/** Milliseconds; what has failed takes longer to read. */
const LIFE = { success: 8_000, error: 20_000 };

const setting = (id: string): any => app.extensionManager.setting.get(id);

const longSeconds = (): number => Number(setting(LONG_SECONDS)) || 20;

function tell(good: boolean, summary: string, detail: string): void {
    if (setting(TOASTS) === false) return;
    const severity = good ? "success" : "error";
    app.extensionManager.toast.add({ severity, summary, detail, life: LIFE[severity] });
}

const runs = new LongRuns({
    seconds: longSeconds,
    ours: async (prompt) => ourNodes(await (await api.fetchApi("/queue")).json(), prompt),
    tell: (end, { seconds, message, done, files }) => {
        const texts = outcomeTexts();
        if (end === "failed") return tell(false, texts.runFailed, message);
        const work = Object.entries(texts.work).flatMap(([kind, said]) => (done.includes(kind) ? [said] : []));
        const saved = files.length ? [texts.saved(files.join(", "))] : [];
        tell(true, work.length ? texts.runDone(work.join(", ")) : texts.runEnded, [...saved, texts.runDoneDetail(clock(seconds))].join(" "));
    },
});

/** When each set's job began. */
const begun = new Map<string, number>();

async function tellOfJob(job: Job): Promise<void> {
    const since = begun.get(job.set) ?? Date.now();
    begun.set(job.set, since);
    if (isActive(job)) return;
    begun.delete(job.set);
    const isShort = job.action === "verify" && Date.now() - since < longSeconds() * 1000;
    if (job.state === "cancelled" || (isShort && !isBad(job))) return;
    const texts = outcomeTexts();
    const found = await models().catch(() => undefined);
    const title = found?.sets.find((set) => set.name === job.set)?.title ?? job.set;
    const done = job.action === "install" ? texts.toastInstalled : job.wrong.length ? texts.toastWrong : texts.toastVerified;
    tell(!isBad(job), (job.state === "failed" ? texts.toastFailed : done)(title), outcome(job, texts));
}

export function watchForToasts(): void {
    const on = (kind: string, use: (detail: any) => void) =>
        api.addEventListener(kind, (event: CustomEvent) => void use(event.detail));
    on("execution_start", ({ prompt_id }) => runs.start(prompt_id));
    on("execution_cached", ({ prompt_id, nodes }) => runs.cached(prompt_id, nodes ?? []));
    on("executed", ({ prompt_id, output }) => runs.executed(prompt_id, output));
    on("execution_success", ({ prompt_id }) => runs.end(prompt_id, "done"));
    on("execution_error", ({ prompt_id, exception_message }) => runs.end(prompt_id, "failed", String(exception_message)));
    on("execution_interrupted", ({ prompt_id }) => runs.end(prompt_id, "interrupted"));
    on(EVENT, tellOfJob);
}
