// What nodes/panel_routes.py says, as it says it. Sizes in bytes, times in seconds.

export type State = "installed" | "partial" | "wrong" | "missing";
export type Action = "install" | "verify" | "cancel";

export interface WeightFile {
    name: string;
    place: string;
    state: State;
    path: string | null;
    found_bytes: number;
    needed: boolean;
    bytes: number;
    licence: string;
}

export interface WeightSet {
    name: string;
    title: string;
    kind: string;
    state: State;
    bytes: number;
    licence: string;
    files: WeightFile[];
}

export interface Job {
    set: string;
    action: "install" | "verify";
    state: "running" | "stopping" | "done" | "failed" | "cancelled";
    stage: string;
    done: number;
    total: number;
    left: number | null;
    message: string;
    right: string[];
    wrong: string[];
    unknown: string[];
}

export interface Models {
    gpus: { name: string; memory_bytes: number; free_bytes: number }[];
    folder: string;
    free_bytes: number;
    sets: WeightSet[];
    bundles: Record<string, string[]>;
    jobs: Record<string, Job>;
}

export interface CloudJob {
    id: string;
    state: string;
    started: number;
    credits: number;
    note: string;
}

export interface Account {
    source: string;
    enabled: boolean;
    problem: string;
    units: string;
    site: string;
    command: string;
    jobs: CloudJob[];
}

export interface Credits {
    remaining: number | null;
    total: number | null;
    plans: string[];
    spent: number;
    allowed: number;
}
