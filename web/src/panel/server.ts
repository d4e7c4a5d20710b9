// Asking the server.
import { ask } from "../shared/server";
import type { Account, Action, Credits, Job, Models } from "./types";

export const models = () => ask<Models>("/models");
export const account = (name: string) => ask<Account>(`/cloud/${name}`);
export const credits = (name: string) => ask<Credits>(`/cloud/${name}/credits`);
export const act = (set: string, action: Action) => ask<Job>(`/models/${encodeURIComponent(set)}/${action}`, {});
