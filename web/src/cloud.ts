// The dialog of cloud services, a tab for each: sets or clears its key, and gives or withdraws consent. A key goes from the
// password field to the server and nowhere else: not into settings, workflow or the browser's storage.
import { app } from "comfy/app";
import { cloudTexts, type Texts } from "./cloud/texts";
import { button, openSmall, row } from "./shared/dialog";
import { element } from "./shared/dom";
import { language } from "./shared/language";
import { ask } from "./shared/server";
import { services, type Service } from "./shared/services";

const COMMAND = "LipSyncStudio.Cloud";
const DID_COMMAND = "LipSyncStudio.DIDKey";
const DIALOG = "lipsync-cloud-services";

interface Consent {
    readonly name: string;
    readonly address: string;
    readonly path: string;
    readonly by: string;
    readonly at: string;
}

/** What there is to say, or what went wrong. */
async function tell<Answer>(status: HTMLElement, work: Promise<Answer>, words: (answer: Answer) => string): Promise<void> {
    try {
        status.textContent = words(await work);
    } catch (error) {
        status.textContent = (error as Error).message;
    }
}

function keyForm({ name, title }: Service, texts: Texts): HTMLElement {
    const label = texts.keyTitle(title);
    const status = element("p", { textContent: "…", role: "status" });
    const field = element("input", {
        type: "password",
        autocomplete: "off",
        spellcheck: false,
        placeholder: name === "did" ? "user:password" : "",
        ariaLabel: label,
        className: "comfy-input",
    });
    field.style.cssText = "width: 100%; box-sizing: border-box; padding: 0.5em; margin: 0.5em 0 1em;";
    const clear = button(texts.clearKey);
    const form = element("form", {}, [
        element("h3", { textContent: label }),
        element("p", { textContent: texts.keyNote(title) }),
        status,
        field,
        row(button(texts.setKey, "submit"), clear),
    ]);
    const show = (body?: { key: string }): Promise<void> =>
        tell(status, ask<{ configured: boolean }>(`/cloud/${name}/key`, body), ({ configured }) => {
            if (!configured) return texts.keyNotSet;
            return body?.key === "" ? `${texts.keySet} ${texts.keyElsewhere}` : texts.keySet;
        });
    form.onsubmit = (event) => {
        event.preventDefault();
        const key = field.value;
        field.value = "";
        if (key.trim()) void show({ key });
    };
    clear.onclick = () => void show({ key: "" });
    void show();
    return form;
}

function consentForm(service: Service, texts: Texts): HTMLElement {
    const status = element("p", { textContent: "…", role: "status" });
    const terms = element("a", { target: "_blank", rel: "noopener" });
    const kept = element("p", {});
    const change = button(texts.agree);
    change.hidden = true;
    let given = false;
    const show = (body?: { consent: boolean }): Promise<void> =>
        tell(status, ask<Consent>(`/cloud/${service.name}/consent`, body), ({ name, address, path, by, at }) => {
            given = Boolean(by);
            terms.textContent = name;
            terms.href = address;
            kept.textContent = texts.keptIn(path);
            change.textContent = given ? texts.withdraw : texts.agree;
            change.hidden = false;
            return given ? texts.agreed(by, new Date(at).toLocaleString(language())) : texts.notAgreed;
        });
    change.onclick = () => void show({ consent: !given });
    void show();
    return element("section", { ariaLabel: texts.consentTitle }, [
        element("h3", { textContent: texts.consentTitle }),
        element("p", { textContent: texts.consentNote(service.title) }),
        element("p", {}, [texts.consentTerms(service.title), terms]),
        kept,
        status,
        row(change),
    ]);
}

/** Of each service a tab; the first shown is the one that was asked for. */
function tabs(all: Service[], shown: string, texts: Texts): HTMLElement {
    const panel = element("div", { role: "tabpanel" });
    const list = element("div", { role: "tablist", ariaLabel: texts.services });
    list.style.cssText = "display: flex; flex-wrap: wrap; gap: 0.5em; margin-bottom: 1em;";
    const show = (service: Service): void => {
        for (const each of list.children) {
            each.setAttribute("aria-selected", String((each as HTMLElement).dataset.name === service.name));
            (each as HTMLElement).style.fontWeight = (each as HTMLElement).dataset.name === service.name ? "bold" : "";
        }
        panel.ariaLabel = service.title;
        panel.replaceChildren(keyForm(service, texts), consentForm(service, texts));
    };
    for (const service of all) {
        const tab = button(service.title);
        tab.setAttribute("role", "tab");
        tab.dataset.name = service.name;
        tab.onclick = () => show(service);
        list.append(tab);
    }
    const first = all.find(({ name }) => name === shown) ?? all[0];
    if (first) show(first);
    return element("div", {}, [list, panel]);
}

function openDialog(shown = ""): void {
    const texts = cloudTexts();
    const status = element("p", { textContent: "…", role: "status" });
    const style = element("style", { textContent: `#${DIALOG} ::placeholder { color: inherit; opacity: 0.75; }` });
    openSmall(DIALOG, texts.close, [style, status]);
    void tell(status, services(), (all) => {
        status.after(tabs(all, shown, texts));
        return "";
    });
}

// Where the server has none, nothing of them is offered. One that can't be asked now says so in the dialog.
const offered = await services().then(
    (all) => all.length > 0,
    () => true,
);

if (offered) {
    app.registerExtension({
        name: "LipSyncStudio.Cloud",
        commands: [
            { id: COMMAND, label: "LipSync Studio: Cloud services…", icon: "pi pi-cloud", function: () => openDialog() },
            { id: DID_COMMAND, label: "LipSync Studio: D-ID key…", icon: "pi pi-key", function: () => openDialog("did") },
        ],
        menuCommands: [{ path: ["Extensions", "LipSync Studio"], commands: [COMMAND, DID_COMMAND] }],
        settings: [
            {
                id: "LipSyncStudio.DID.Key",
                category: ["LipSync Studio", "D-ID", "Key"],
                name: "D-ID key",
                tooltip: "Kept on the server, not among the settings.",
                defaultValue: null,
                type: () =>
                    element("button", { type: "button", textContent: cloudTexts().change, onclick: () => openDialog("did") }),
            },
        ],
    });
}
