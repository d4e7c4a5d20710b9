// Edits that are not saved yet, kept by the browser from one load of the page to the next, a crash included.
import { nodeAt, type NodePlace } from "./node_place";

const KEY = "LipSyncStudio.TimestampDrafts";
/** The oldest go first. */
const MOST = 20;

interface Draft {
    readonly place: NodePlace;
    /** As the node would hold them. */
    readonly edits: string;
    /** Fingerprint of the timings they were made on. */
    readonly base: string;
    /** Milliseconds since 1970. */
    readonly at: number;
}

function all(): Draft[] {
    try {
        const held = JSON.parse(localStorage.getItem(KEY) ?? "[]");
        return Array.isArray(held) ? held.filter((one) => one?.place && typeof one.edits === "string") : [];
    } catch {
        return [];
    }
}

function write(drafts: readonly Draft[]): void {
    try {
        if (drafts.length) localStorage.setItem(KEY, JSON.stringify(drafts));
        else localStorage.removeItem(KEY);
    } catch {
        // Full, or not allowed: the browser still asks before it leaves the page.
    }
}

/** Those of other nodes: a place may be told in more than one way. */
function others(place: NodePlace): Draft[] {
    const own = JSON.stringify(place);
    const node = nodeAt(place);
    return all().filter((one) => JSON.stringify(one.place) !== own && (!node || nodeAt(one.place) !== node));
}

export function keepDraft(draft: Draft): void {
    write([...others(draft.place), draft].slice(-MOST));
}

export function dropDraft(place: NodePlace): void {
    const left = others(place);
    if (left.length < all().length) write(left);
}

/** The latest that was made in a node of the open workflow. */
export function draftOf(node: ComfyNode): Draft | undefined {
    return all().findLast((draft) => nodeAt(draft.place) === node);
}
