import { beforeAll, describe, expect, it } from "vitest";
import type { AttackedFront } from "./fronts";
import type { Attack } from "./measure";
import { debianProgram, h2specProgram } from "./programs";
import { holds, onEachFront } from "./suite";

const SECONDS = 8;

/** The model at its v1 path, which works on every host name. */
function scoreUrl(front: AttackedFront): string {
    return `https://${front.entrances[0] ?? ""}/api/v1/service/iris/score`;
}

/** Attacks of slowhttptest: 500 connections, 200 new ones per second. */
function slowhttptest(title: string, ...options: readonly string[]): Attack {
    return {
        title: `slowhttptest: ${title}`,
        command: async front => {
            const { path } = await debianProgram("slowhttptest", "slowhttptest");
            const bounds = ["-c", "500", "-r", "200", "-l", String(SECONDS), "-i", "1", "-p", "3"];
            return [path, ...bounds, ...options, "-u", scoreUrl(front)];
        },
        after: 3,
    };
}

/** 400 requests per second in 400 streams, none of which has a key. */
const h2load: Attack = {
    title: "h2load: 400 requests per second without a key",
    command: async front => {
        const tool = await debianProgram("h2load", "nghttp2-client");
        const library = `LD_LIBRARY_PATH=${tool.env.LD_LIBRARY_PATH ?? ""}`;
        const bounds = ["-c", "20", "-m", "20", "-D", String(SECONDS), "--rps=20"];
        return ["env", library, tool.path, ...bounds, scoreUrl(front)];
    },
};

const slow = [
    slowhttptest("slow headers", "-H"),
    slowhttptest("slow bodies", "-B", "-t", "POST", "-s", "8192", "-x", "10"),
    slowhttptest("slow reading", "-X", "-t", "POST", "-w", "1", "-y", "8", "-n", "1", "-z", "1", "-k", "1"),
    slowhttptest("ranges", "-R", "-a", "10", "-b", "3000"),
];

onEachFront("tools", front => {
    holds(front, { keysRequired: true }, [...slow, h2load]);
    holds(front, { keysRequired: false }, slow);

    describe("protocol", () => {
        beforeAll(() => front.start({ keysRequired: false }));

        it("follows HTTP/2 as h2spec tests it", async () => {
            const [host = "", port = ""] = (front.entrances[0] ?? "").split(":");
            const { stdout } = await front.inside([
                ...[await h2specProgram(), "--tls", "--insecure", "--host", host, "--port", port],
                ...["--path", "/api/v1/service/iris/score", "--timeout", "2"],
            ]);
            expect(stdout).toMatch(/^\d{3} tests, \d{3} passed/m);
            // HAProxy accepts frames up to the size of its buffer, although it announces 16 kB.
            const failed = stdout.split("\n").filter(line => line.includes("×"));
            expect(failed.filter(line => !line.includes("SETTINGS_MAX_FRAME_SIZE"))).toEqual([]);
        });

        it("refuses to negotiate TLS 1.2 again", async () => {
            const { stdout, stderr } = await front.inside([
                ...[
                    "sh",
                    "-c",
                    '(sleep 1; echo R; sleep 1) | openssl s_client -connect "$0" -tls1_2 -servername "$1" 2>&1',
                ],
                ...[front.entrances[0] ?? "", front.host],
            ]);
            expect(stdout + stderr).toContain("RENEGOTIATING");
            expect(stdout + stderr).toMatch(/no renegotiation|alert handshake failure|unexpected eof/);
        });
    });
});
