import { expect, test } from "vitest";
import { isUnlisted, sampleNames } from "../../web/src/samples/names";

const graph = (extra: unknown, ...widgets: unknown[]) => ({
    extra,
    nodes: [{ type: "LipSyncApply" }, ...widgets.map((widgets_values) => ({ widgets_values }))],
});

test("the samples that a template's nodes refer to", () => {
    const listed = { lipsync_samples: ["clip.mp4", "verse.mp3"] };
    expect(sampleNames(graph(listed, ["clip.mp4", "image"], { audio: "verse.mp3" }))).toEqual(["clip.mp4", "verse.mp3"]);
    // The user's own file is chosen in the place of one.
    expect(sampleNames(graph(listed, ["mine.mp4"], ["verse.mp3", null]))).toEqual(["verse.mp3"]);
});

test("loaders that were put into a subgraph refer to samples as well", () => {
    const inside = { nodes: [{ widgets_values: ["clip.mp4", "image"] }, { widgets_values: null }] };
    const whole = { ...graph({ lipsync_samples: ["clip.mp4", "verse.mp3"] }), definitions: { subgraphs: [inside, null] } };
    expect(sampleNames(whole)).toEqual(["clip.mp4"]);
});

test("a graph that is no template's brings nothing, whatever its files are called", () => {
    expect(sampleNames(graph(undefined, ["clip.mp4"]))).toEqual([]);
    expect(sampleNames(graph({ lipsync_samples: "clip.mp4" }, ["clip.mp4"]))).toEqual([]);
    expect(sampleNames(graph({ lipsync_samples: [7] }, [7]))).toEqual([]);
    for (const broken of [null, undefined, {}, { nodes: null }, { extra: null, nodes: [null] }]) expect(sampleNames(broken)).toEqual([]);
});

test("the loaders' lists are asked for anew only where one lacks a sample", () => {
    const widget = (value: unknown, values?: unknown[]) => ({ widgets: [{ name: "file", value, options: { values } }] });
    expect(isUnlisted([widget("clip.mp4", ["mine.mp4"])], ["clip.mp4"])).toBe(true);
    expect(isUnlisted([widget("clip.mp4", ["clip.mp4"])], ["clip.mp4"])).toBe(false);
    expect(isUnlisted([widget("gone.mp4", ["clip.mp4"]), widget("clip.mp4"), {}], ["clip.mp4"])).toBe(false);
});
