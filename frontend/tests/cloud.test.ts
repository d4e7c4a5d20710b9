import { beforeEach, expect, test, vi } from "vitest";

const [registerExtension, fetchApi] = [vi.fn(), vi.fn()];
vi.mock("comfy/app", () => ({ app: { registerExtension } }));
vi.mock("comfy/api", () => ({ api: { fetchApi } }));

const DID = { name: "did", title: "D-ID", sends: "a picture" };
const reply = (status: number, content?: unknown) => new Response(content === undefined ? "Not Found" : JSON.stringify(content), { status });

beforeEach(() => {
    vi.resetModules();
    registerExtension.mockClear();
});

test.each([
    ["the services there are", () => Promise.resolve(reply(200, [DID])), 1],
    ["a server that has none", () => Promise.resolve(reply(200, [])), 0],
    ["closed routes", () => Promise.resolve(reply(404)), 0],
    ["a server in trouble", () => Promise.resolve(reply(500)), 1],
    ["no connection", () => Promise.reject(new Error("down")), 1],
])("commands, menu and key are offered with %s", async (_, answer, times) => {
    fetchApi.mockImplementation(answer);
    await import("../../web/src/cloud");
    expect(registerExtension).toHaveBeenCalledTimes(times);
});

test("where the routes are closed there are no services; other trouble is told", async () => {
    const { services } = await import("../../web/src/shared/services");
    fetchApi.mockResolvedValue(reply(404));
    expect(await services()).toEqual([]);
    fetchApi.mockResolvedValue(reply(502, { error: "No room." }));
    await expect(services()).rejects.toThrow("No room.");
    fetchApi.mockResolvedValue(reply(200, [DID]));
    expect(await services()).toEqual([DID]);
});
