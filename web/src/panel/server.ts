// Asking the server.
import { ask } from "../shared/server";
import type { Account, Action, Credits, Job, Models } from "./types";

export const models = () => ask<Models>("/models");
export const account = () => ask<Account>("/did");
export const credits = () => ask<Credits>("/did/credits");
export const act = (set: string, action: Action) => ask<Job>(`/models/${encodeURIComponent(set)}/${action}`, {});
