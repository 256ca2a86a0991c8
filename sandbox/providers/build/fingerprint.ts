import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { INSTALLED_PACKAGES, ROOT } from "../../../machine/root";

/** Source files outside of sandbox/providers that the bundles contain. */
const OTHER_SOURCES = ["machine/language-host/plugin-server.ts"];

const PROVIDERS = path.dirname(__dirname);

/** A digest that changes with the sources of the bundles, the build itself, and the installed npm packages. */
export function fingerprint(): string {
    const hash = createHash("sha256");
    for (const file of bundleSources()) hash.update(file).update(readFileSync(path.join(ROOT, file)));
    return hash.update(readFileSync(INSTALLED_PACKAGES)).digest("hex").slice(0, 16);
}

/** The source files that determine the bundles, relative to the root of the checkout. */
export function bundleSources(): string[] {
    const files = readdirSync(PROVIDERS, { recursive: true, encoding: "utf8" });
    const sources = files
        .filter(file => file.endsWith(".ts"))
        .map(file => path.relative(ROOT, path.join(PROVIDERS, file)));
    return [...sources, ...OTHER_SOURCES].sort();
}
