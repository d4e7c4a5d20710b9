/** What the server tells of downloads and checks: a `Job`. */
export const EVENT = "lipsync.models";
