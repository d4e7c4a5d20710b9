// What can be done with a set of weights, and what is to be said of it.
import { clock, size } from "./figures";
import type { Outcomes } from "./outcomes";
import type { Texts } from "./texts";
import type { Job, WeightSet } from "./types";

type Offer = "install" | "resume" | "replace" | "cancel" | "none";

export const isActive = (job?: Job): boolean => job?.state === "running" || job?.state === "stopping";

/** Bytes that an installation would bring. */
export function toFetch(set: WeightSet): number {
    return set.files
        .filter((file) => file.state !== "installed")
        .reduce((sum, file) => sum + Math.max(0, file.bytes - (file.state === "partial" ? file.found_bytes : 0)), 0);
}

/** What the first button does. */
export function offer(set: WeightSet, job?: Job): Offer {
    if (isActive(job)) return "cancel";
    if (set.files.some((file) => file.state === "wrong")) return "replace";
    if (set.files.some((file) => file.state === "partial")) return "resume";
    return set.files.some((file) => file.state !== "installed") ? "install" : "none";
}

/** Whether there is anything to compare with its digest. */
export const canVerify = (set: WeightSet, job?: Job): boolean =>
    !isActive(job) && set.files.some((file) => file.state === "installed" || file.state === "wrong");

/** The job's stage, in the page's language: the server names what is done first, and then the file. */
function stage(job: Job, texts: Texts): string {
    if (job.state === "stopping") return texts.stopping;
    const [verb = "", ...rest] = job.stage.split(" ");
    if (verb === "Waiting") return texts.waiting;
    const known: Record<string, (what: string) => string> = { Downloading: texts.downloading, Checking: texts.checking };
    return known[verb]?.(rest.join(" ")) ?? (job.stage || texts.starting);
}

/** Two lines under a bar: what is done, and how far it is. */
export function progress(job: Job, texts: Texts, language: string): [string, string] {
    if (!job.total) return [stage(job, texts), ""];
    const amount = texts.of(size(job.done, language), size(job.total, language));
    return [stage(job, texts), job.left === null ? amount : `${amount} · ${texts.left(clock(job.left))}`];
}

/** How a job has ended; "" while it runs. */
export function outcome(job: Job | undefined, texts: Outcomes): string {
    if (!job || isActive(job)) return "";
    if (job.state === "failed") return job.message;
    if (job.state === "cancelled") return job.action === "install" ? texts.cancelled : texts.checkCancelled;
    if (job.action === "install") return texts.installDone;
    if (job.wrong.length) return texts.wrongFiles(job.wrong.join(", "));
    if (job.unknown.length) return texts.unknownFiles(job.unknown.join(", "));
    return texts.allRight(job.right.length);
}

/** Whether the outcome is bad news. */
export const isBad = (job?: Job): boolean => job?.state === "failed" || (job?.state === "done" && job.wrong.length > 0);
