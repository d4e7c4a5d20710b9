// This pack's routes on the server, and where ComfyUI has files.
import { api } from "comfy/api";
import { inLanguage } from "./language";

const PREFIX = "/lipsync_studio";

const ANSWERED = {
    en: (status: number) => `The server answered ${status}.`,
    zh: (status: number) => `服务器返回 ${status}。`,
    ja: (status: number) => `サーバーの応答：${status}。`,
    de: (status: number) => `Der Server antwortete mit ${status}.`,
};

/** A file as ComfyUI lists what a node has written. */
export interface SavedFile {
    readonly filename: string;
    readonly subfolder: string;
    readonly type: string;
}

/** Where the page finds it. */
export function viewAddress({ filename, subfolder, type }: SavedFile): string {
    return api.apiURL(`/view?${new URLSearchParams({ filename, subfolder, type })}`);
}

/** The reply to a request for a path below PREFIX; with a body, which goes as JSON, by POST. */
export function request(path: string, body?: unknown): Promise<Response> {
    if (body === undefined) return api.fetchApi(PREFIX + path, { cache: "no-store" });
    return api.fetchApi(PREFIX + path, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
    });
}

/** The JSON in a reply, or an Error with the server's sentence. */
export async function answer<Answer>(response: Response): Promise<Answer> {
    const content = await response.json().catch(() => ({}));
    if (!response.ok) throw new Error(content.error || answered(response));
    return content;
}

/** A sentence of a reply that has none. */
export const answered = ({ status }: Response): string => inLanguage(ANSWERED)(status);

/** The same of the reply to a request. */
export const ask = async <Answer>(path: string, body?: unknown): Promise<Answer> => answer(await request(path, body));
