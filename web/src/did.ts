// The dialog that sets or clears the D-ID key. The key goes from the password field to the server and nowhere
// else: not into settings, workflow or the browser's storage.
import { api } from "comfy/api";
import { app } from "comfy/app";
import { element } from "./shared/dom";
import { showModal } from "./shared/modal";

const ADDRESS = "/lipsync_studio/did/key";
const COMMAND = "LipSyncStudio.DIDKey";

/** Asks whether a key is set; with one given, sets it first, or clears it if it is "". */
async function call(key?: string): Promise<boolean> {
    const change: RequestInit =
        key === undefined
            ? { cache: "no-store" }
            : { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ key }) };
    const response = await api.fetchApi(ADDRESS, change);
    const answer = await response.json().catch(() => ({}));
    if (!response.ok) throw new Error(answer.error || `The server answered ${response.status}.`);
    return answer.configured;
}

function openDialog(): void {
    const status = element("p", { textContent: "…", role: "status" });
    const field = element("input", {
        type: "password",
        autocomplete: "off",
        spellcheck: false,
        placeholder: "user:password",
        ariaLabel: "D-ID key",
        className: "comfy-input",
    });
    field.style.cssText = "width: 100%; box-sizing: border-box; padding: 0.5em; margin: 0.5em 0 1em;";
    const set = element("button", { type: "submit", textContent: "Set key" });
    const clear = element("button", { type: "button", textContent: "Clear key" });
    const close = element("button", { type: "button", textContent: "Close" });
    const buttons = element("div", {}, [set, clear, close]);
    buttons.style.cssText = "display: flex; gap: 0.5em; justify-content: flex-end;";
    for (const button of [set, clear, close]) button.style.padding = "0.4em 1em";
    const form = element("form", {}, [
        element("h3", { textContent: "D-ID key" }),
        element("p", {
            textContent:
                "From the account settings of D-ID's Studio. It is kept on this server, readable by its user " +
                "alone, and is never shown again.",
        }),
        status,
        field,
        buttons,
    ]);
    const dialog = element("dialog", { id: "lipsync-did-key" }, [form]);
    dialog.style.cssText =
        "width: 28em; max-width: 90vw; margin: auto; padding: 1.5em; border-radius: 8px; line-height: 1.5;" +
        "border: 1px solid var(--border-color); background: var(--comfy-menu-bg); color: var(--input-text);";

    const show = async (work: Promise<boolean>): Promise<boolean> => {
        try {
            const configured = await work;
            status.textContent = configured ? "A key is set." : "No key is set.";
            return configured;
        } catch (error) {
            status.textContent = (error as Error).message;
            return false;
        }
    };
    form.onsubmit = (event) => {
        event.preventDefault();
        const key = field.value;
        field.value = "";
        if (key.trim()) void show(call(key));
    };
    clear.onclick = async () => {
        if (await show(call(""))) status.textContent += " It comes from the environment or the keyring.";
    };
    close.onclick = () => dialog.close();
    dialog.onclose = () => dialog.remove();
    document.body.append(dialog);
    showModal(dialog);
    void show(call());
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
            type: () => element("button", { type: "button", textContent: "Set or clear…", onclick: openDialog }),
        },
    ],
});
