import { afterEach, beforeEach, expect, test, vi } from "vitest";

vi.mock("comfy/app", () => ({ app: { extensionManager: { setting: { get: () => undefined } } } }));

const { clock, size } = await import("../../web/src/panel/figures");
const { canVerify, isBad, offer, outcome, progress, toFetch } = await import("../../web/src/panel/sets");
const { ourNodes, LongRuns } = await import("../../web/src/panel/long_runs");
const { TABLES } = await import("../../web/src/panel/texts");
const { TABLES: CLOUD } = await import("../../web/src/cloud/texts");
type State = "installed" | "partial" | "wrong" | "missing";

const file = (state: State, bytes = 1000, found = 0) => ({
    name: "net", place: "nets/net.pth", state, path: null, found_bytes: found, needed: true, bytes, licence: "MIT",
});
const set = (...files: ReturnType<typeof file>[]) => ({
    name: "nets", title: "Nets", kind: "musetalk", state: "missing" as State, bytes: 0, licence: "MIT.", files,
});
const job = (changes = {}) => ({
    set: "nets", action: "install" as const, state: "running" as const, stage: "", done: 0, total: 0, left: null, message: "",
    right: [], wrong: [], unknown: [], ...changes,
}) as any;

test.each([
    [0, "0 bytes"], [999, "999 bytes"], [1000, "1.0 kB"], [184_990, "185 kB"], [999_600, "1.0 MB"],
    [3_400_074_924, "3.4 GB"], [120_000_000_000, "120 GB"],
])("%d bytes as people read them", (bytes, text) => {
    expect(size(bytes, "en")).toBe(text);
});

test("sizes are written as the language does", () => expect(size(3_400_074_924, "de")).toBe("3,4 GB"));

test.each([[0.4, "0:00"], [59.6, "1:00"], [65, "1:05"], [7209, "2:00:09"]])("%d seconds", (seconds, text) => {
    expect(clock(seconds)).toBe(text);
});

test("what an installation brings: the rest of a partial file, all of a wrong one", () => {
    expect(toFetch(set(file("installed"), file("missing"), file("partial", 1000, 400), file("wrong", 1000, 999)))).toBe(2600);
});

test.each([
    [["missing", "missing"], "install"], [["installed", "missing"], "install"], [["missing", "partial"], "resume"],
    [["partial", "wrong"], "replace"], [["installed", "installed"], "none"],
] as [State[], string][])("files that are %s can be: %s", (states, expected) => {
    const nets = set(...states.map((state) => file(state)));
    expect(offer(nets)).toBe(expected);
    expect(offer(nets, job())).toBe("cancel");
    expect(offer(nets, job({ state: "stopping" }))).toBe("cancel");
    expect(offer(nets, job({ state: "done" }))).toBe(expected);
});

test("only what is there can be verified, and not while it is worked on", () => {
    expect(canVerify(set(file("missing"), file("partial")))).toBe(false);
    expect(canVerify(set(file("missing"), file("installed")))).toBe(true);
    expect(canVerify(set(file("installed")), job())).toBe(false);
});

test("how far a job is, in the page's language", () => {
    const running = job({ stage: "Downloading nets/net.pth (2.0 MB, MIT)", done: 500_000, total: 2_000_000, left: 65 });
    expect(progress(running, TABLES.en, "en")).toEqual(["Downloading nets/net.pth (2.0 MB, MIT)", "500 kB of 2.0 MB · 1:05 left"]);
    expect(progress(running, TABLES.de, "de")).toEqual(["Lädt nets/net.pth (2.0 MB, MIT)", "500 kB von 2,0 MB · noch 1:05"]);
    expect(progress(job(), TABLES.ja, "ja")).toEqual(["開始しています…", ""]);
    expect(progress(job({ stage: "Waiting for another download of x" }), TABLES.en, "en")[0]).toBe(TABLES.en.waiting);
    expect(progress(job({ stage: "Sweeping", done: 1, total: 2, left: null }), TABLES.zh, "zh")).toEqual(["Sweeping", "1 bytes / 2 bytes"]);
    expect(progress({ ...running, state: "stopping" }, TABLES.en, "en")[0]).toBe("Stopping …");
});

test("how a job has ended", () => {
    expect(outcome(job(), TABLES.en)).toBe("");
    expect(outcome(undefined, TABLES.en)).toBe("");
    expect(outcome(job({ state: "failed", message: "The disk is full." }), TABLES.de)).toBe("The disk is full.");
    const checked = (changes: object) => job({ action: "verify", state: "done", ...changes });
    expect(outcome(checked({ right: ["a", "b"] }), TABLES.en)).toBe("All 2 files are the published ones.");
    expect(outcome(checked({ right: ["a"], wrong: ["b"] }), TABLES.en)).toContain("Not the published file: b.");
    expect(outcome(checked({ right: ["a"], unknown: ["b"] }), TABLES.en)).toContain("b");
    expect([checked({ wrong: ["b"] }), job({ state: "failed" }), checked({}), job()].map(isBad)).toEqual([true, true, false, false]);
});

test.each([["panel", TABLES], ["dialog of cloud services", CLOUD]])("every language has every text of the %s", (_, tables) => {
    const keys = (table: object) => Object.keys(table).sort();
    const said = (value: unknown): unknown[] =>
        typeof value === "function" ? [value("A", "B")] : typeof value === "object" ? Object.values(value as object) : [value];
    for (const table of Object.values(tables)) {
        expect(keys(table)).toEqual(keys(tables.en));
        for (const text of Object.values(table).flatMap(said)) expect(String(text).trim()).not.toBe("");
    }
});

const queue = (id: string, ...kinds: string[]) => ({
    queue_running: [[3, id, Object.fromEntries(kinds.map((kind, at) => [at, { class_type: kind, inputs: {} }])), {}, []]],
    queue_pending: [],
});

test("a running prompt is ours if one of its nodes is", () => {
    expect(ourNodes(queue("a", "LoadVideo", "LipSyncApply"), "a")).toEqual([{ id: "1", kind: "LipSyncApply" }]);
    expect(ourNodes(queue("a", "LoadVideo", "KSampler"), "a")).toEqual([]);
    expect(ourNodes(queue("b", "LipSyncApply"), "a")).toEqual([]);
    expect(ourNodes({}, "a")).toEqual([]);
});

const OURS = [{ id: "1", kind: "LipSyncFaceTrack" }, { id: "2", kind: "LipSyncApply" }];
const watch = { seconds: () => 20, ours: vi.fn(), tell: vi.fn() };

beforeEach(() => {
    vi.useFakeTimers();
    watch.ours.mockReset().mockResolvedValue(OURS);
    watch.tell.mockReset();
});
afterEach(() => vi.useRealTimers());

async function run(seconds: number, end: "done" | "failed" | "interrupted", message?: string) {
    const runs = new LongRuns(watch);
    runs.start("a");
    await vi.advanceTimersByTimeAsync(seconds * 1000);
    await runs.end("a", end, message);
}

test("the end of a long prompt is told", async () => {
    await run(65, "done");
    expect(watch.ours.mock.calls).toEqual([["a"]]);
    const done = ["LipSyncFaceTrack", "LipSyncApply"];
    expect(watch.tell.mock.calls).toEqual([["done", { seconds: 65, message: "", done, files: [] }]]);
});

test("so is its failure, with the reason", async () => {
    await run(30, "failed", "No face.");
    expect(watch.tell.mock.calls[0]).toMatchObject(["failed", { seconds: 30, message: "No face." }]);
});

test("what was done is told: not what was kept from before, and where the result is", async () => {
    const runs = new LongRuns(watch);
    runs.start("a");
    runs.cached("a", ["1"]);
    await vi.advanceTimersByTimeAsync(30_000);
    runs.executed("a", { images: [{ filename: "x.mp4", subfolder: "video", type: "output" }], animated: [true] });
    runs.executed("a", { images: [{ filename: "y.png", subfolder: "", type: "temp" }] });
    await runs.end("a", "done");
    expect(watch.tell.mock.calls[0]).toMatchObject(["done", { done: ["LipSyncApply"], files: ["video/x.mp4"] }]);
});

test("a short prompt is not asked for, an interrupted one not told of, nor another pack's", async () => {
    await run(19, "done");
    expect(watch.ours).not.toHaveBeenCalled();
    await run(30, "interrupted");
    watch.ours.mockResolvedValue([]);
    await run(30, "done");
    watch.ours.mockRejectedValue(new Error("the server is gone"));
    await run(30, "done");
    expect(watch.tell).not.toHaveBeenCalled();
});
