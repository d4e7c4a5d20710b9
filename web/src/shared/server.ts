// This pack's routes on the server.
import { api } from "comfy/api";

const PREFIX = "/lipsync_studio";

/** The reply to a request for a path below PREFIX; with a body, which goes as JSON, by POST. */
export function request(path: string, body?: unknown): Promise<Response> {
    if (body === undefined) return api.fetchApi(PREFIX + path, { cache: "no-store" });
    return api.fetchApi(PREFIX + path, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
    });
}

/** The JSON in it, or an Error with the server's sentence. */
export async function ask<Answer>(path: string, body?: unknown): Promise<Answer> {
    const response = await request(path, body);
    const answer = await response.json().catch(() => ({}));
    if (!response.ok) throw new Error(answer.error || `The server answered ${response.status}.`);
    return answer;
}
