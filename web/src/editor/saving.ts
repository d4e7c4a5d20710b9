// Saving the edits, and the question that closing asks where some are not saved.
import { copyText } from "../shared/clipboard";
import { element } from "../shared/dom";
import type { Messages } from "./messages";
import { askToSave } from "./popups";
import type { Session } from "./session";
import type { Texts } from "./texts";

/** "gone": the node is not in the open workflow. "lost": it is, but does not hold the edits. */
export type Saved = "saved" | "gone" | "lost";

export class Saving {
    private readonly unsaved = element("p", { className: "notice" });
    private answering = false;

    constructor(
        private readonly dialog: HTMLDialogElement,
        private readonly session: Session,
        private readonly texts: Texts,
        private readonly messages: Messages,
        private readonly send: (edits: string) => Saved,
    ) {}

    /** False where nothing was saved, which is said. */
    save(): boolean {
        // What is being typed counts.
        if (document.activeElement instanceof HTMLInputElement) document.activeElement.blur();
        const { messages, texts } = this;
        const edits = this.session.serialise();
        const done = this.send(edits);
        this.unsaved.remove();
        if (done === "saved") {
            this.session.markSaved();
            messages.say(texts.saved);
            return true;
        }
        const copy = element("button", { type: "button", textContent: texts.copy });
        copy.onclick = () => messages.say(copyText(edits, this.dialog) ? texts.copied : texts.notCopied);
        const why = done === "gone" ? texts.nodeGone : texts.notTaken;
        this.unsaved.replaceChildren(why, " ", copy);
        messages.notices.append(this.unsaved);
        return false;
    }

    /** Closes the dialog. stay: called where the answer is to go on editing. */
    async close(stay: () => void): Promise<void> {
        if (this.session.unsaved) {
            if (this.answering) return;
            this.answering = true;
            const answer = await askToSave(this.dialog, this.texts);
            this.answering = false;
            if (answer === null) return stay();
            if (answer === "save" && !this.save()) return;
        }
        this.dialog.close();
    }
}
