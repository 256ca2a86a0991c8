import { X509Certificate } from "node:crypto";
import * as http from "node:http";
import * as https from "node:https";
import * as net from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
    type GateExpectation,
    gateFailure,
    gateProblem,
    type ProbeResult,
} from "../../../components/aci/gate-check";
import { AcmeChallenge } from "../../../components/certificate/acme-arguments";
import { PLACEHOLDER_COMMON_NAME } from "../../../components/front";
import { probeRevision } from "../../../components/aci/gate-probe";
import { type Issued, OpensslWorkspace } from "../../support/openssl";

const HOST = "score.contoso.test";
const ADDRESS = "127.0.0.1";

const workspace = new OpensslWorkspace();
let root: Issued;
let right: Issued;
let other: Issued;
let expired: Issued;
let elsewhere: Issued;
let placeholder: Issued;
let servers: net.Server[] = [];

beforeAll(() => {
    root = workspace.root();
    right = workspace.leaf(root, [`DNS:${HOST}`]);
    other = workspace.leaf(root, [`DNS:${HOST}`]);
    elsewhere = workspace.leaf(root, ["DNS:elsewhere.test"]);
    expired = workspace.leaf(root, [`DNS:${HOST}`], { notAfter: new Date(Date.now() - 86_400_000) });
    placeholder = workspace.leaf(undefined, [], { subject: `/CN=${PLACEHOLDER_COMMON_NAME}` });
});

afterEach(() => {
    for (const server of servers) server.close();
    servers = [];
});

afterAll(() => workspace.close());

/** Starts a server on a free port. */
async function listening(server: net.Server): Promise<number> {
    servers.push(server);
    await new Promise<void>(resolve => server.listen(0, ADDRESS, resolve));
    return (server.address() as net.AddressInfo).port;
}

const error = (code: string) => JSON.stringify({ error: { code, message: "…" } });

/** Answers only requests with the right Host header, as a real front does. */
function answering(status: number, body: string): http.RequestListener {
    return (request, response) => {
        const known = request.headers.host === HOST && request.url === "/";
        response.writeHead(known ? status : 421).end(body);
    };
}

function front(certificate: Issued, status = 200, body = "Healthy"): Promise<number> {
    const server = https.createServer(
        {
            // Without the right SNI the handshake fails.
            SNICallback: (name, done) => done(name === HOST ? null : new Error("unknown name"), undefined),
            cert: certificate.certificate,
            key: certificate.key,
        },
        answering(status, body),
    );
    return listening(server);
}

const probe = (port: number, tls = true) =>
    probeRevision({ address: ADDRESS, port, hostname: HOST, tls }, 500);

const fingerprint = (issued: Issued) => new X509Certificate(issued.certificate).fingerprint256;

async function problem(
    port: number,
    expected: GateExpectation,
    now = new Date(),
): Promise<string | undefined> {
    return gateProblem(await probe(port, expected.kind !== "plain"), expected, HOST, now);
}

describe("the gate, for a revision that answers", () => {
    it("accepts exactly the expected certificate, with a model that is ready", async () => {
        const expected = { kind: "certificate", fingerprint: fingerprint(right) } as const;
        expect(await problem(await front(right), expected)).toBeUndefined();
        expect(await problem(await front(other), expected)).toBe(
            `it serves the certificate with the fingerprint ${fingerprint(other)}, not ${fingerprint(right)}`,
        );
        expect(await problem(await front(right, 503, error("ServiceUnavailable")), expected)).toBe(
            "its model is not ready (503 ServiceUnavailable)",
        );
        expect(await problem(await front(right, 502, "<html>"), expected)).toBe("it answers GET / with 502");
    });

    /** What a revision shows, and what the gate says about it where it does not let it pass. */
    const PLACEHOLDER = /serves the placeholder certificate/;
    const OTHER_NAME = /does not cover score\.contoso\.test/;
    const EXPIRED = /is valid only from/;
    const NOT_READY = /^its model is not ready \(503 ServiceUnavailable\)$/;
    const healthy = [200, "Healthy"] as const;
    const ill = [503, error("ServiceUnavailable")] as const;
    const pending = [503, error("CertificatePending")] as const;
    const shown = {
        "the placeholder": () => front(placeholder, ...pending),
        "the placeholder, with an error": () => front(placeholder, ...ill),
        "the certificate of the previous name": () => front(elsewhere, ...healthy),
        "the certificate of the previous name, with an error": () => front(elsewhere, ...ill),
        "an expired certificate": () => front(expired, ...healthy),
        "a valid certificate": () => front(right, ...healthy),
        "a valid certificate without a subject": () =>
            front(workspace.leaf(root, [`DNS:${HOST}`], { subject: "/" }), ...healthy),
        "a valid certificate, with an error": () => front(right, ...ill),
        "a valid certificate, with the code of the placeholder": () => front(right, ...pending),
    };
    const record = (challenge: "Http01" | "Dns01", isNew: boolean): GateExpectation => ({
        kind: "issued",
        challenge: AcmeChallenge[challenge],
        isNew,
    });
    const PASSES = undefined;

    describe.each<[string, GateExpectation, Record<keyof typeof shown, RegExp | undefined>]>([
        [
            "a new record, with HTTP-01: any certificate, because the authority validates the name later",
            record("Http01", true),
            {
                "the placeholder": PASSES,
                "the placeholder, with an error": NOT_READY,
                "the certificate of the previous name": PASSES,
                "the certificate of the previous name, with an error": NOT_READY,
                "an expired certificate": PASSES,
                "a valid certificate": PASSES,
                "a valid certificate without a subject": PASSES,
                "a valid certificate, with an error": NOT_READY,
                "a valid certificate, with the code of the placeholder": /503 CertificatePending/,
            },
        ],
        [
            "a live name, with HTTP-01: a valid certificate only",
            record("Http01", false),
            {
                "the placeholder": PLACEHOLDER,
                "the placeholder, with an error": PLACEHOLDER,
                "the certificate of the previous name": OTHER_NAME,
                "the certificate of the previous name, with an error": OTHER_NAME,
                "an expired certificate": EXPIRED,
                "a valid certificate": PASSES,
                "a valid certificate without a subject": PASSES,
                "a valid certificate, with an error": NOT_READY,
                "a valid certificate, with the code of the placeholder": /503 CertificatePending/,
            },
        ],
        [
            "a new record, with DNS-01: the placeholder, but not the certificate of the previous name",
            record("Dns01", true),
            {
                "the placeholder": PASSES,
                "the placeholder, with an error": NOT_READY,
                "the certificate of the previous name": OTHER_NAME,
                "the certificate of the previous name, with an error": OTHER_NAME,
                "an expired certificate": EXPIRED,
                "a valid certificate": PASSES,
                "a valid certificate without a subject": PASSES,
                "a valid certificate, with an error": NOT_READY,
                "a valid certificate, with the code of the placeholder": /503 CertificatePending/,
            },
        ],
        [
            "a live name, with DNS-01: a valid certificate only",
            record("Dns01", false),
            {
                "the placeholder": PLACEHOLDER,
                "the placeholder, with an error": PLACEHOLDER,
                "the certificate of the previous name": OTHER_NAME,
                "the certificate of the previous name, with an error": OTHER_NAME,
                "an expired certificate": EXPIRED,
                "a valid certificate": PASSES,
                "a valid certificate without a subject": PASSES,
                "a valid certificate, with an error": NOT_READY,
                "a valid certificate, with the code of the placeholder": /503 CertificatePending/,
            },
        ],
    ])("accepts for %s", (_, expected, outcomes) => {
        it.each(Object.entries(shown))("%s", async (name, serve) => {
            const outcome = outcomes[name as keyof typeof shown];
            const found = await problem(await serve(), expected);
            if (outcome === PASSES) expect(found).toBeUndefined();
            else expect(found).toMatch(outcome);
        });
    });

    it("never accepts the placeholder for a live name, no matter how long the certificate store cannot be read", async () => {
        const port = await front(placeholder, ...pending);
        for (const challenge of ["Http01", "Dns01"] as const) {
            const later = new Date(Date.now() + 30 * 86_400_000);
            expect(await problem(port, record(challenge, false), later)).toMatch(PLACEHOLDER);
        }
    });

    it("recommends Dns01 where Http01 cannot validate the name before DNS is switched", async () => {
        const port = await front(placeholder, ...pending);
        expect(await problem(port, record("Http01", false))).toContain("set the challenge to Dns01");
        expect(await problem(port, record("Dns01", false))).not.toContain("Http01");
    });

    it("accepts other certificates with the same name, but none that is not valid yet", async () => {
        expect(await problem(await front(other), record("Http01", false))).toBeUndefined();
        expect(await problem(await front(right), record("Http01", false), new Date(0))).toMatch(EXPIRED);
    });

    it("accepts plain HTTP where TLS is disabled", async () => {
        const plain = (status: number, body: string) => listening(http.createServer(answering(status, body)));
        expect(await problem(await plain(200, "Healthy"), { kind: "plain" })).toBeUndefined();
        expect(await problem(await plain(503, error("ServiceUnavailable")), { kind: "plain" })).toMatch(
            /not ready/,
        );
    });
});

describe("the gate, for a revision that does not answer", () => {
    const expected = { kind: "issued", challenge: AcmeChallenge.Http01, isNew: true } as const;

    it("reports refused connections", async () => {
        const port = await listening(net.createServer());
        servers.pop()!.close();
        expect(await problem(port, expected)).toBe("it refuses connections");
    });

    it("reports reset connections", async () => {
        const port = await listening(net.createServer(socket => socket.resetAndDestroy()));
        expect(await problem(port, expected)).toBe("it resets connections");
    });

    it("stops waiting for an answer at its timeout", async () => {
        const sockets: net.Socket[] = [];
        const port = await listening(net.createServer(socket => void sockets.push(socket)));
        expect(await problem(port, expected)).toBe("it did not answer within 0.5 seconds");
        for (const socket of sockets) socket.destroy();
    });

    it("accepts neither plain HTTP in place of TLS nor TLS in place of plain HTTP", async () => {
        const plain = await listening(http.createServer(answering(200, "Healthy")));
        const result: ProbeResult = await probe(plain);
        expect(result.kind).toBe("unreachable");
        expect(await problem(await front(right), { kind: "plain" })).toBeDefined();
    });
});

describe("the error of the gate", () => {
    const failure = {
        name: "iris",
        hostname: HOST,
        containerGroupName: "iris-a1b2c3",
        at: "20.1.2.3:443",
        problem: "it was not ready after 3 seconds; last check: it refuses connections",
        logCommands: ["az container logs --name iris-a1b2c3"],
    };

    it("says that the previous revision is still serving, what the last check found and what to do", () => {
        expect(gateFailure({ ...failure, isNew: false })).toBe(
            "iris: DNS was not switched to the new revision. The previous one is still serving score.contoso.test. " +
                "The new revision iris-a1b2c3 (20.1.2.3:443) did not become ready: it was not ready after 3 seconds; last check: it refuses connections. " +
                "To see its logs: az container logs --name iris-a1b2c3. " +
                "Fix the cause and run the update again; if this machine cannot reach the address, set revisionTimeoutSeconds to 0.",
        );
    });

    it("mentions no previous revision when there was no DNS record", () => {
        const text = gateFailure({ ...failure, isNew: true });
        expect(text).toContain("The DNS record score.contoso.test was not created.");
        expect(text).not.toContain("previous");
    });
});
