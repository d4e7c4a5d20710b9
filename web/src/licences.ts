// The dialog in which the user agrees to the terms of engines that run on this computer, or takes that back.
import { app } from "comfy/app";
import { licenceTexts, type Texts } from "./licences/texts";
import { button, openSmall, row } from "./shared/dialog";
import { element } from "./shared/dom";
import { language } from "./shared/language";
import { ask } from "./shared/server";

const COMMAND = "LipSyncStudio.Licences";

/** As nodes/licences.py says it. */
interface Licence {
    readonly engine: string;
    readonly title: string;
    readonly name: string;
    readonly address: string;
    readonly what: string;
    readonly path: string;
    readonly by: string;
    readonly at: string;
}

/** One engine's terms; the change is shown in place, so that the focus stays on the button. */
function section(licence: Licence, texts: Texts): HTMLElement {
    const status = element("p", { role: "status" });
    const change = button(texts.agree);
    let given = false;
    const show = ({ by, at }: Licence): void => {
        given = Boolean(by);
        status.textContent = given ? texts.agreed(by, new Date(at).toLocaleString(language())) : texts.notAgreed;
        change.textContent = given ? texts.withdraw : texts.agree;
    };
    change.onclick = async () => {
        try {
            const all = await ask<Licence[]>("/licences", { engine: licence.engine, consent: !given });
            show(all.find(({ engine }) => engine === licence.engine) ?? licence);
        } catch (error) {
            status.textContent = (error as Error).message;
        }
    };
    show(licence);
    const terms = element("a", { target: "_blank", rel: "noopener", href: licence.address, textContent: licence.name });
    return element("section", { ariaLabel: licence.title }, [
        element("h3", { textContent: licence.title }),
        element("p", { textContent: texts.use[licence.engine] ?? licence.what }),
        element("p", {}, [texts.terms, terms]),
        element("p", { textContent: texts.keptIn(licence.path) }),
        status,
        row(change),
    ]);
}

async function fill(place: HTMLElement, texts: Texts): Promise<void> {
    try {
        const all = await ask<Licence[]>("/licences");
        place.replaceChildren(...(all.length ? all.map((each) => section(each, texts)) : [texts.none]));
    } catch (error) {
        place.textContent = (error as Error).message;
    }
}

function openDialog(): void {
    const texts = licenceTexts();
    const terms = element("div", { textContent: "…" });
    openSmall("lipsync-licences", texts.close, [
        element("h2", { textContent: texts.title }),
        element("p", { textContent: texts.note }),
        terms,
    ]);
    void fill(terms, texts);
}

app.registerExtension({
    name: "LipSyncStudio.Licences",
    commands: [{ id: COMMAND, label: "LipSync Studio: Licences…", icon: "pi pi-file-check", function: openDialog }],
    menuCommands: [{ path: ["Extensions", "LipSync Studio"], commands: [COMMAND] }],
});
