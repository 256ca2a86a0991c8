import { readFileSync, readdirSync } from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = path.resolve(__dirname, "../../..");
const PKI = path.join(ROOT, "components/pki");
const text = readFileSync(path.join(ROOT, "docs/certificate-check.md"), "utf8");
const [, section = ""] = /## What reading the files finds\n(.*?)\n## /s.exec(text) ?? [];

/** What the readers write themselves; `…-is-…` and `…-empty` are put together from what a text turns out to be. */
function codesOfSources(): string[] {
    const files = [
        ...["read-certificates.ts", "read-private-key.ts"].map(name => path.join(PKI, name)),
        ...readdirSync(path.join(PKI, "pfx")).map(name => path.join(PKI, "pfx", name)),
    ];
    const written = /(?:\bcode: |\b(?:error|failed|problem|PfxProblem)\(\s*)"([a-z0-9-]+)"/g;
    return files.flatMap(file =>
        [...readFileSync(file, "utf8").matchAll(written)].map(([, code = ""]) => code),
    );
}

describe("docs/certificate-check.md", () => {
    it("has each code that reading a file can end with, and no other", () => {
        const documented = [
            ...section.matchAll(/`((?:certificate|key|pfx|no|several)-[a-z0-9-]+|[a-z]+-is-…)`/g),
        ];
        const composed = ["certificate", "key"].flatMap(what => [`${what}-empty`, `no-${what}`]);
        const kinds = ["certificate-is-…", "key-is-…", "pfx-is-…"];
        const known = codesOfSources().filter(code => !code.includes("-is-"));
        expect([...new Set(documented.map(([, code]) => code))].sort()).toEqual(
            [...new Set([...known, ...composed, ...kinds])].sort(),
        );
    });
});
