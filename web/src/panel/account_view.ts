// Accounts at cloud services: whether there is a key, the balance when asked for, and the jobs that are on their way.
import { app } from "comfy/app";
import { element } from "../shared/dom";
import { services, type Service } from "../shared/services";
import { account, credits } from "./server";
import type { Texts } from "./texts";
import type { Account, CloudJob, Credits } from "./types";

const DIALOG_COMMAND = "LipSyncStudio.Cloud";
const DID_COMMAND = "LipSyncStudio.DIDKey";
const DIALOG = "lipsync-cloud-services";

/** Of all services that the server has. */
export class AccountsView {
    readonly root = element("div", {});
    private views: AccountView[] | undefined;

    constructor(
        private readonly texts: Texts,
        private readonly language: string,
    ) {}

    async refresh(): Promise<void> {
        try {
            this.views ??= (await services()).map((service) => new AccountView(service, this.texts, this.language));
            this.root.replaceChildren(...this.views.map(({ root }) => root));
            await Promise.all(this.views.map((view) => view.refresh()));
        } catch (error) {
            this.root.replaceChildren(element("p", { role: "alert", textContent: (error as Error).message }));
        }
    }
}

class AccountView {
    readonly root: HTMLElement;
    private readonly key = element("dd", {});
    private readonly balance = element("p", { role: "status", hidden: true });
    private readonly problem = element("p", { className: "ls-bad", role: "alert", hidden: true });
    private readonly ask: HTMLButtonElement;
    private readonly jobs = element("ul", { className: "ls-files" });
    private readonly hint = element("p", { className: "ls-muted", hidden: true });
    private units = "";

    constructor(
        private readonly service: Service,
        private readonly texts: Texts,
        private readonly language: string,
    ) {
        this.ask = element("button", { type: "button", className: "ls-button ls-plain", textContent: texts.askCredits });
        this.ask.onclick = () => void this.showCredits();
        const change = element("button", { type: "button", className: "ls-button ls-plain", textContent: texts.changeKey });
        change.onclick = () => void this.changeKey();
        const title = texts.cloudTitle(service.title);
        this.root = element("section", { ariaLabel: title, className: "ls-account" }, [
            element("h3", { textContent: title }),
            element("dl", { className: "ls-facts" }, [element("dt", { textContent: texts.key }), this.key]),
            this.problem,
            this.balance,
            element("div", { className: "ls-buttons" }, [this.ask, change]),
            element("h4", { textContent: texts.jobs }),
            this.jobs,
            this.hint,
        ]);
    }

    async refresh(): Promise<void> {
        try {
            this.show(await account(this.service.name));
        } catch (error) {
            this.fail((error as Error).message);
        }
    }

    private show(found: Account): void {
        const { texts } = this;
        this.units = found.units;
        this.hint.textContent = texts.undecided(this.service.title, found.command);
        this.key.textContent = found.source ? texts.keySet(found.source) : texts.keyNotSet;
        this.fail(found.problem || (found.enabled ? "" : texts.cloudOff));
        this.ask.hidden = !found.source || !found.enabled;
        if (!found.source) this.balance.hidden = true;
        const lines = found.jobs.map((job) => this.line(job));
        this.jobs.replaceChildren(...(lines.length ? lines : [element("li", { textContent: texts.noJobs })]));
        this.hint.hidden = !found.jobs.some((job) => job.state === "undecided");
    }

    private line(job: CloudJob): HTMLLIElement {
        const started = new Date(job.started * 1000).toLocaleString(this.language, { dateStyle: "short", timeStyle: "short" });
        const about = [job.state, started, this.texts.jobCredits(job.credits, this.units), ...(job.note ? [job.note] : [])];
        return element("li", {}, [
            element("span", { className: "ls-path", textContent: job.id }),
            element("span", { className: "ls-muted", textContent: about.join(" · ") }),
        ]);
    }

    private async showCredits(): Promise<void> {
        this.ask.disabled = true;
        try {
            this.balance.textContent = this.words(await credits(this.service.name));
            this.balance.hidden = false;
            this.fail("");
        } catch (error) {
            this.fail((error as Error).message);
        }
        this.ask.disabled = false;
    }

    private words(found: Credits): string {
        const { texts, language } = this;
        const number = (value: number) => value.toLocaleString(language);
        const all = found.total === null ? "" : number(found.total);
        const left =
            found.remaining === null
                ? texts.noBalance(this.service.title)
                : texts.credits(number(found.remaining), all, this.units);
        const plans = found.plans.length ? `, ${texts.plans(found.plans.join(", "))}` : "";
        return `${left}${plans}. ${texts.spent(found.spent, found.allowed)}.`;
    }

    private fail(text: string): void {
        this.problem.textContent = text;
        this.problem.hidden = !text;
    }

    private async changeKey(): Promise<void> {
        await app.extensionManager.command.execute(this.service.name === "did" ? DID_COMMAND : DIALOG_COMMAND);
        document.getElementById(DIALOG)?.addEventListener("close", () => void this.refresh());
    }
}
