import { readFileSync } from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { READING_CODES } from "../../../components/pki/reading-codes";

const text = readFileSync(path.join(__dirname, "../../../docs/certificate-check.md"), "utf8");
const [, section = ""] = /## Findings about reading files\n(.*?)\n## /s.exec(text) ?? [];

describe("docs/certificate-check.md", () => {
    it("lists every code that reading a file can return, and no other", () => {
        const codes = /`((?:certificate|key|pfx|no|several)-[a-z0-9-]+|[a-z]+-is-…)`/g;
        const documented = [...section.matchAll(codes)].map(([, code]) => code);
        const kinds = ["certificate-is-…", "key-is-…", "pfx-is-…"];
        expect([...new Set(documented)].sort()).toEqual([...READING_CODES, ...kinds].sort());
    });
});
