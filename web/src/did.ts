// The dialog that sets or clears the D-ID key, and gives or withdraws consent. The key goes from the password field to the
// server and nowhere else: not into settings, workflow or the browser's storage.
import { app } from "comfy/app";
import { didTexts, type Texts } from "./did/texts";
import { button, openSmall, row } from "./shared/dialog";
import { element } from "./shared/dom";
import { language } from "./shared/language";
import { ask } from "./shared/server";

const COMMAND = "LipSyncStudio.DIDKey";

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

function keyForm(texts: Texts): HTMLElement {
    const status = element("p", { textContent: "…", role: "status" });
    const field = element("input", {
        type: "password",
        autocomplete: "off",
        spellcheck: false,
        placeholder: "user:password",
        ariaLabel: texts.keyTitle,
        className: "comfy-input",
    });
    field.style.cssText = "width: 100%; box-sizing: border-box; padding: 0.5em; margin: 0.5em 0 1em;";
    const clear = button(texts.clearKey);
    const form = element("form", {}, [
        element("h3", { textContent: texts.keyTitle }),
        element("p", { textContent: texts.keyNote }),
        status,
        field,
        row(button(texts.setKey, "submit"), clear),
    ]);
    const show = (body?: { key: string }): Promise<void> =>
        tell(status, ask<{ configured: boolean }>("/did/key", body), ({ configured }) => {
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

function consentForm(texts: Texts): HTMLElement {
    const status = element("p", { textContent: "…", role: "status" });
    const terms = element("a", { target: "_blank", rel: "noopener" });
    const kept = element("p", {});
    const change = button(texts.agree);
    change.hidden = true;
    let given = false;
    const show = (body?: { consent: boolean }): Promise<void> =>
        tell(status, ask<Consent>("/did/consent", body), ({ name, address, path, by, at }) => {
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
        element("p", { textContent: texts.consentNote }),
        element("p", {}, [texts.consentTerms, terms]),
        kept,
        status,
        row(change),
    ]);
}

function openDialog(): void {
    const texts = didTexts();
    openSmall("lipsync-did-key", texts.close, [keyForm(texts), consentForm(texts)]);
}

app.registerExtension({
    name: "LipSyncStudio.DID",
    commands: [{ id: COMMAND, label: "LipSync Studio: D-ID key…", icon: "pi pi-key", function: openDialog }],
    menuCommands: [{ path: ["Extensions", "LipSync Studio"], commands: [COMMAND] }],
    settings: [
        {
            id: "LipSyncStudio.DID.Key",
            category: ["LipSync Studio", "D-ID", "Key"],
            name: "D-ID key",
            tooltip: "Kept on the server, not among the settings.",
            defaultValue: null,
            type: () => element("button", { type: "button", textContent: didTexts().change, onclick: openDialog }),
        },
    ],
});
