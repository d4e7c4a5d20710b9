import { defineConfig } from "vitest/config";

export default defineConfig({
    test: {
        include: ["tests/**/*.test.ts"],
        // The models know no page.
        environment: "node",
        pool: "threads",
        maxWorkers: 1,
        // A machine that has other work to do is slow, not wrong.
        testTimeout: 300_000,
    },
    server: { fs: { allow: [".."] } },
});
