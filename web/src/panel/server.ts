// Asking the server.
import { api } from "comfy/api";
import type { Account, Action, Credits, Job, Models } from "./types";

/** The answer, or an Error with the server's sentence. */
async function ask<Answer>(address: string, options: RequestInit = { cache: "no-store" }): Promise<Answer> {
    const response = await api.fetchApi(address, options);
    const answer = await response.json().catch(() => ({}));
    if (!response.ok) throw new Error(answer.error || `The server answered ${response.status}.`);
    return answer;
}

export const models = () => ask<Models>("/lipsync/models");
export const account = () => ask<Account>("/lipsync/did");
export const credits = () => ask<Credits>("/lipsync/did/credits");

export const act = (set: string, action: Action) =>
    ask<Job>(`/lipsync/models/${encodeURIComponent(set)}/${action}`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: "{}",
    });
