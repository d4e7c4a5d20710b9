// Builds web/src into what ComfyUI serves: `node build.mjs [folder]`, by default into web/.
//
// web/src/NAME.ts becomes NAME.js, which ComfyUI's page imports by itself; web/src/lazy/NAME.ts becomes NAME.mjs,
// which it leaves alone until one of ours imports it. A module "comfy/NAME" is the page's own /scripts/NAME.js.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = path.dirname(fileURLToPath(import.meta.url));
const source = path.join(here, "..", "web", "src");
const target = path.resolve(process.argv[2] ?? path.join(here, "..", "web"));
const lazy = path.join(source, "lazy");

const modules = (folder) =>
    readdirSync(folder)
        .filter((name) => name.endsWith(".ts") && !name.endsWith(".d.ts"))
        .sort()
        .map((name) => name.slice(0, -".ts".length));

/** The version is part of the address, because browsers keep a .mjs of ComfyUI's without asking again. */
const outside = (versions) => ({
    name: "outside",
    setup(bundle) {
        bundle.onResolve({ filter: /^comfy\// }, ({ path: wanted }) => ({
            path: `../../scripts/${wanted.slice("comfy/".length)}.js`,
            external: true,
        }));
        bundle.onResolve({ filter: /^\./ }, ({ path: wanted, kind, resolveDir }) => {
            const place = path.resolve(resolveDir, wanted);
            if (kind !== "dynamic-import" || path.dirname(place) !== lazy) return undefined;
            const name = path.basename(place);
            return { path: `./${name}.mjs?v=${versions[name]}`, external: true };
        });
    },
});

async function bundle(entry, out, versions) {
    const result = await build({
        absWorkingDir: source,
        entryPoints: [entry],
        bundle: true,
        write: false,
        format: "esm",
        target: "es2022",
        charset: "utf8",
        legalComments: "none",
        loader: { ".css": "text" },
        tsconfigRaw: {},
        plugins: [outside(versions)],
    });
    const text = result.outputFiles[0].text;
    writeFileSync(path.join(target, out), text);
    return createHash("sha256").update(text).digest("hex").slice(0, 8);
}

mkdirSync(target, { recursive: true });
const versions = {};
for (const name of existsSync(lazy) ? modules(lazy) : []) versions[name] = await bundle(`lazy/${name}.ts`, `${name}.mjs`, versions);
for (const name of modules(source)) await bundle(`${name}.ts`, `${name}.js`, versions);
