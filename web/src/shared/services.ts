// The cloud services that the server has.
import { answer, request } from "./server";

export interface Service {
    readonly name: string;
    readonly title: string;
    readonly sends: string;
}

/** None where ComfyUI runs with --disable-api-nodes: then their routes are closed. */
export async function services(): Promise<Service[]> {
    const response = await request("/cloud");
    return response.status === 404 ? [] : answer<Service[]>(response);
}
