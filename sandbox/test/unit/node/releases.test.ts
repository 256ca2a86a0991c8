import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { digestOf, downloadRelease, ReleaseUnavailable } from "../../../node/releases";

const program = Buffer.from("#!/bin/sh\necho released\n");
const digest = createHash("sha256").update(program).digest("hex");

describe("downloadRelease", () => {
    let server: Server;
    let folder: string;
    let answers: Record<string, string | Buffer>;

    beforeEach(async () => {
        folder = mkdtempSync(path.join(os.tmpdir(), "release-"));
        server = createServer((request, response) => {
            const answer = answers[request.url ?? ""];
            response.writeHead(answer === undefined ? 404 : 200).end(answer);
        });
        await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
    });
    afterEach(async () => {
        rmSync(folder, { recursive: true });
        await new Promise(resolve => server.close(resolve));
    });

    const release = () => {
        const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
        return { url: `${base}/kubelet`, checksumUrl: `${base}/kubelet.sha256` };
    };

    it("stores a program with the right checksum as executable", async () => {
        answers = { "/kubelet": program, "/kubelet.sha256": digest };
        await downloadRelease(release(), folder);
        expect(readFileSync(path.join(folder, "kubelet"))).toEqual(program);
        expect(statSync(path.join(folder, "kubelet")).mode & 0o111).toBe(0o111);
    });

    it("deletes a program with a wrong checksum", async () => {
        answers = { "/kubelet": Buffer.from("tampered"), "/kubelet.sha256": digest };
        await expect(downloadRelease(release(), folder)).rejects.toThrow(/does not have the SHA-256 digest/);
        expect(() => statSync(path.join(folder, "kubelet"))).toThrow(/ENOENT/);
    });

    it("throws ReleaseUnavailable if the server cannot be reached", async () => {
        const unreachable = {
            url: "http://127.0.0.1:9/kubelet",
            checksumUrl: "http://127.0.0.1:9/kubelet.sha256",
        };
        await expect(downloadRelease(unreachable, folder)).rejects.toThrow(ReleaseUnavailable);
    });
});

describe("digestOf", () => {
    const other = "0".repeat(64);

    it("finds the line of the file among others", () => {
        expect(
            digestOf(`${other}  etcd-arm64.tar.gz\n${digest} *etcd-amd64.tar.gz\n`, "etcd-amd64.tar.gz"),
        ).toBe(digest);
    });

    it("accepts a digest without a file name", () => {
        expect(digestOf(`${digest.toUpperCase()}\n`, "kubelet")).toBe(digest);
    });

    it("ignores digests of other files and text that is not a digest", () => {
        expect(digestOf(`${other}  kubectl\n`, "kubelet")).toBeUndefined();
        expect(digestOf("<html>", "kubelet")).toBeUndefined();
    });
});
