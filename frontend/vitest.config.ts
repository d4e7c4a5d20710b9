import { defineConfig } from "vitest/config";

export default defineConfig({
    test: {
        include: ["tests/**/*.test.ts"],
        // The models know no page, and one process starts in a fraction of the time of several.
        environment: "node",
        pool: "threads",
        maxWorkers: 1,
        isolate: false,
    },
    server: { fs: { allow: [".."] } },
});
