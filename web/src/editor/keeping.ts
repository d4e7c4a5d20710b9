// Unsaved edits are handed to the browser's own store while they are made, and are back after a crash or a reload.
import { element } from "../shared/dom";
import { applyEdits, parseEdits } from "./edits";
import type { Messages } from "./messages";
import type { Session } from "./session";
import type { Texts } from "./texts";

/** Milliseconds: what is lost at most. */
const QUIET = 250;

export interface Drafts {
    /** What was not saved the last time, and the timings that it was made on. */
    readonly left: { readonly edits: string; readonly base: string } | undefined;
    keep(edits: string, base: string): void;
    drop(): void;
}

export class Keeping {
    private waiting: ReturnType<typeof setTimeout> | undefined;
    /** There has been something of this session to keep. Until then, what is left of another song stays. */
    private begun = false;

    constructor(
        private readonly session: Session,
        private readonly drafts: Drafts,
    ) {}

    /** What was left unsaved is the last step of the session, which Undo takes back. */
    restore(texts: Texts, messages: Messages): void {
        const { session, drafts } = this;
        const { base } = session;
        if (!drafts.left || drafts.left.edits === session.serialise()) return;
        let saved;
        try {
            saved = parseEdits(drafts.left.edits);
        } catch {
            return drafts.drop();
        }
        const lost = applyEdits(base, saved).refused.length;
        // Of another song in the same workflow.
        if (drafts.left.base !== base.base && 2 * lost >= saved.edits.length) return;
        const refused = session.load(saved);
        const discard = element("button", { type: "button", textContent: texts.discard });
        const notice = element("p", { className: "notice" }, [texts.restored, " ", discard]);
        discard.onclick = () => {
            session.revert();
            notice.remove();
        };
        messages.notices.append(notice);
        messages.tellRefused(refused);
    }

    /** The words have changed, or were saved. */
    changed(): void {
        this.begun ||= this.session.unsaved;
        clearTimeout(this.waiting);
        // What is saved by now is no longer to be brought back.
        if (!this.session.unsaved) return this.write();
        this.waiting = setTimeout(this.write, QUIET);
    }

    /** The page is about to go. */
    readonly write = (): void => {
        clearTimeout(this.waiting);
        const { session, drafts } = this;
        if (!this.begun) return;
        if (session.unsaved) drafts.keep(session.serialise(), session.base.base);
        else drafts.drop();
    };

    /** The editor was closed: what is not saved by then is not wanted. */
    end(): void {
        clearTimeout(this.waiting);
        if (this.begun) this.drafts.drop();
    }
}
