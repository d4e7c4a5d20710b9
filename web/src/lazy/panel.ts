// The panel in the sidebar: the machine, the models, the accounts at cloud services.
import { api } from "comfy/api";
import { AccountsView } from "../panel/account_view";
import { ModelsView } from "../panel/models_view";
import css from "../panel/panel.css";
import { panelTexts } from "../panel/texts";
import { element } from "../shared/dom";
import { language } from "../shared/language";

const STYLE = "lipsync-panel-style";
const ENDS = ["execution_success", "execution_error", "execution_interrupted", "reconnected"];

/** Fills the element; the result empties it. */
export function openPanel(place: HTMLElement): () => void {
    if (!document.getElementById(STYLE)) document.head.append(element("style", { id: STYLE, textContent: css }));
    const [texts, locale] = [panelTexts(), language()];
    const [models, account] = [new ModelsView(texts, locale), new AccountsView(texts, locale)];
    const refresh = () => void Promise.all([models.refresh(), account.refresh()]);
    const again = element("button", { type: "button", className: "ls-button ls-plain", ariaLabel: texts.refresh, title: texts.refresh }, [
        element("i", { className: "pi pi-refresh", ariaHidden: "true" }),
    ]);
    again.onclick = refresh;
    const root = element("div", { className: "ls-panel", lang: locale }, [
        element("div", { className: "ls-head" }, [element("h2", { textContent: texts.title }), again]),
        models.root,
        account.root,
    ]);
    place.replaceChildren(root);
    // Prompts download models and order clips, too.
    for (const end of ENDS) api.addEventListener(end, refresh);
    refresh();
    return () => {
        for (const end of ENDS) api.removeEventListener(end, refresh);
        models.close();
        root.remove();
    };
}
