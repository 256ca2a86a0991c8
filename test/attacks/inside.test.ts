import { chmodSync, copyFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HEALTH_PORT, HTTP_PORT, HTTPS_PORT } from "../../components/front";
import { CANNOT_RUN, titled } from "../../sandbox/testing/requirements";
import { overTls } from "../support/front-settings";
import { FrontStage, HOST } from "../support/front-stage";
import { attackerProgram } from "./programs";

const MODEL_PORT = 5001;

/** The user `nobody`, as whom a model's container may run. */
const NOBODY = "65534";

interface Listener {
    /** Address and port, or the name of an abstract socket, which begins with `@`. */
    address: string;
    /** Answers by the name of the probe. */
    answers: Record<string, string>;
}

/** What HAProxy's sockets for commands answer, to commands and to anything else. */
const COMMAND_ANSWER =
    /^(?:Unknown command|Name: HAProxy|Version: \d|Permission denied|>|# )|expert-mode|SSL_|show acl/im;

describe.skipIf(CANNOT_RUN)(titled("a process of the model's container, as another user"), () => {
    const stage = new FrontStage();
    beforeAll(async () => {
        await stage.openWithPlaceholder();
        copyFileSync(await attackerProgram(), stage.file("attacker"));
        chmodSync(stage.file("attacker"), 0o755);
    });
    afterAll(() => stage.close());

    async function scan(): Promise<Listener[]> {
        const nobody = ["setpriv", "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups", "--"];
        const command = [stage.file("attacker"), "local-scan", "-host", HOST];
        const { stdout, stderr } = await stage.inside([...nobody, ...command]);
        if (!stdout.startsWith('{"listeners"')) throw new Error(`The attacker ended with ${stderr}`);
        const { user, listeners } = JSON.parse(stdout) as { user: number; listeners: Listener[] };
        expect(user).toBe(Number(NOBODY));
        return listeners;
    }

    const stored = {
        minimumVersion: "1.2",
        hstsMaxAgeSeconds: 0,
        storedCertificate: `${HOST}-0a1b2c3d4e5f`,
    } as const;

    describe.each([
        { title: "whose certificate is from its settings", settings: overTls() },
        { title: "whose certificate is from the store", settings: overTls({ tls: stored }) },
    ])("a front $title", ({ settings }) => {
        let listeners: Listener[];
        beforeAll(async () => {
            await stage.startFront(settings);
            listeners = await scan();
        });

        it("finds the ports that clients and probes have, and no other socket", () => {
            const ports = new Set(listeners.map(({ address }) => address.replace(/^.*:/, "")));
            const known = [HTTP_PORT, HTTPS_PORT, HEALTH_PORT, MODEL_PORT].map(String);
            expect([...ports].filter(port => !known.includes(port))).toEqual([]);
            expect(ports).toContain(String(HTTPS_PORT));
        });

        it("gets no answer to commands", () => {
            const answered = listeners.filter(({ answers }) =>
                Object.values(answers).some(
                    answer => COMMAND_ANSWER.test(answer) && !answer.startsWith("HTTP/1"),
                ),
            );
            expect(answered).toEqual([]);
        });

        it("gets no score without a key, except from the model itself", () => {
            const scored = listeners
                .filter(({ address }) => !address.endsWith(`:${MODEL_PORT}`))
                .flatMap(({ address, answers }) =>
                    ["request", "PROXY and a request", "PROXY v2 and request"]
                        .filter(probe => /^HTTP\/1\.1 2/.test(answers[probe] ?? ""))
                        .map(probe => `${address}: ${probe}`),
                );
            expect(scored).toEqual([]);
        });
    });
});
