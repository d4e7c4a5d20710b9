import { defineConfig } from "vitest/config";

export default defineConfig({
    test: {
        include: ["tests/**/*.test.ts"],
        // The models know no page.
        environment: "node",
        pool: "threads",
        maxWorkers: 1,
    },
    server: { fs: { allow: [".."] } },
});
