import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CANNOT_RUN, titled } from "../../sandbox/testing/requirements";
import { FakeClock } from "../support/fake-clock";
import { WITH_AWS_LC } from "../support/front-root";
import { overTls } from "../support/front-settings";
import { FrontStage, HOST } from "../support/front-stage";
import { goClient, pythonClient, type Resumption } from "../support/tls-clients";

const VERSIONS = ["1.2", "1.3"] as const;
type Version = (typeof VERSIONS)[number];

/** The first bytes of a ticket that AWS-LC has encrypted name the key (RFC 5077, 4). */
const KEY_NAME_BYTES = 16;

describe.skipIf(CANNOT_RUN)(titled("session resumption"), () => {
    const stage = new FrontStage();
    let clock: FakeClock;
    beforeAll(async () => {
        await stage.open();
        clock = await FakeClock.create(stage.file("clock"));
    });
    beforeAll(() => stage.startFront(overTls(), clock));
    afterAll(() => stage.close());

    /** Connects by openssl, which stores the session in the file `save` and offers the one in the file `offer`. */
    const connect = async (version: Version, { save, offer }: { save?: string; offer?: string }) => {
        const { stdout, stderr } = await stage.inside(
            [
                // Reads the whole response, because session tickets of TLS 1.3 arrive after the handshake.
                ...["sh", "-c", 'printf "$REQUEST" | openssl s_client -ign_eof "$@"', "sh"],
                ...["-connect", "127.0.0.1:443", "-servername", HOST, `-tls${version.replace(".", "_")}`],
                ...(save === undefined ? [] : ["-sess_out", stage.file(save)]),
                ...(offer === undefined ? [] : ["-sess_in", stage.file(offer)]),
            ],
            { env: { REQUEST: `GET / HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n` } },
        );
        const report = stdout + stderr;
        expect(report).toContain("HTTP/1.1 200 OK");
        return { report, resumed: report.includes(`\nReused, TLSv${version}`) };
    };

    /** The ticket in a session that openssl has stored, as hexadecimal digits. */
    const ticketIn = async (session: string) => {
        const { stdout } = await execa("openssl", ["sess_id", "-in", stage.file(session), "-noout", "-text"]);
        const rows = [...stdout.matchAll(/^ {4}[\da-f]{4} - ((?:[\da-f]{2}[ -]){1,16})/gm)];
        return rows.map(([, row = ""]) => row.replace(/[ -]/g, "")).join("");
    };

    describe.each(VERSIONS)("over TLS %s", version => {
        it("works with every connection of clients in Python and Go", async () => {
            const authority = stage.file("authority.pem");
            const target = { address: "127.0.0.1", port: 443, name: HOST, authority, version };
            const resumedBy = async (client: readonly string[]) => {
                const { stdout, stderr } = await stage.inside(client);
                expect(stderr).toBe("");
                return (JSON.parse(stdout) as Resumption).resumed;
            };
            expect(await resumedBy(pythonClient(target, 6))).toBe(5);
            // Over TLS 1.2, Go can only resume by tickets, which HAProxy with OpenSSL does not issue.
            const impossible = version === "1.2" && !WITH_AWS_LC;
            expect(await resumedBy(await goClient(target, { connections: 6 }))).toBe(impossible ? 0 : 5);
        });

        it("works with openssl, and accepts no early data", async () => {
            expect((await connect(version, { save: "session" })).resumed).toBe(false);
            const { report, resumed } = await connect(version, { offer: "session" });
            expect(resumed).toBe(true);
            // TLS 1.3 exchanges new keys, so that neither a ticket nor its key decrypts a recorded connection.
            if (version === "1.3") expect(report).toContain("Server Temp Key:");
            expect(report).not.toMatch(/Max Early Data: [1-9]/);
        });

        it("ends with the lifetime of the session", async () => {
            clock.set(0);
            await connect(version, { save: "old" });
            // Two hours, but two days with AWS-LC over TLS 1.3.
            clock.set(WITH_AWS_LC && version === "1.3" ? 49 : 3);
            expect((await connect(version, { offer: "old" })).resumed).toBe(false);
        });

        it.skipIf(WITH_AWS_LC)(
            "keeps the session in the memory of OpenSSL's HAProxy, not in a ticket",
            async () => {
                const { report } = await connect(version, { save: "reference" });
                // The "ticket" of TLS 1.3 is the 32 bytes of a session identifier.
                if (version === "1.3") expect(await ticketIn("reference")).toHaveLength(64);
                else expect(report).not.toContain("TLS session ticket:");
            },
        );

        it.runIf(WITH_AWS_LC)(
            "uses a new ticket key every two days, and the previous one to read tickets",
            async () => {
                // After the keys of the tests before.
                const start = version === "1.2" ? 200 : 500;
                const keyAt = async (hours: number) => {
                    clock.set(hours);
                    await connect(version, { save: `at ${hours}` });
                    return (await ticketIn(`at ${hours}`)).slice(0, 2 * KEY_NAME_BYTES);
                };
                const first = await keyAt(start);
                expect(first).toHaveLength(2 * KEY_NAME_BYTES);
                expect(await keyAt(start + 47.95)).toBe(first);
                const second = await keyAt(start + 48.01);
                expect(second).not.toBe(first);
                expect((await connect(version, { offer: `at ${start + 47.95}` })).resumed).toBe(true);
                const third = await keyAt(start + 97);
                expect([first, second]).not.toContain(third);
                expect((await connect(version, { offer: `at ${start + 47.95}` })).resumed).toBe(false);
            },
        );
    });
});
