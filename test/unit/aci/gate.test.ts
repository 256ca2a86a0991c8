import { X509Certificate } from "node:crypto";
import * as http from "node:http";
import * as https from "node:https";
import * as net from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type GateExpectation, gateProblem, type Sighting } from "../../../components/aci/gate";
import { lookAt } from "../../../components/aci/gate-probe";
import { type Issued, Workshop } from "../../support/openssl";

const HOST = "score.contoso.test";
const ADDRESS = "127.0.0.1";

/** Real small servers, each on a free port. */
const workshop = new Workshop();
let root: Issued;
let right: Issued;
let other: Issued;
let expired: Issued;
let elsewhere: Issued;
let placeholder: Issued;
let open: net.Server[] = [];

beforeAll(() => {
    root = workshop.root();
    right = workshop.leaf(root, [`DNS:${HOST}`]);
    other = workshop.leaf(root, [`DNS:${HOST}`]);
    elsewhere = workshop.leaf(root, ["DNS:elsewhere.test"]);
    expired = workshop.leaf(root, [`DNS:${HOST}`], { notAfter: new Date(Date.now() - 86_400_000) });
    placeholder = workshop.leaf(undefined, []);
});

afterEach(() => {
    for (const server of open) server.close();
    open = [];
});

afterAll(() => workshop.close());

async function listening(server: net.Server): Promise<number> {
    open.push(server);
    await new Promise<void>(resolve => server.listen(0, ADDRESS, resolve));
    return (server.address() as net.AddressInfo).port;
}

const error = (code: string) => JSON.stringify({ error: { code, message: "…" } });

/** Answers only who asks for the name, as clients do. */
function answering(status: number, body: string): http.RequestListener {
    return (request, response) => {
        const known = request.headers.host === HOST && request.url === "/";
        response.writeHead(known ? status : 421).end(body);
    };
}

function front(certificate: Issued, status = 200, body = "Healthy"): Promise<number> {
    const server = https.createServer(
        {
            // Who sends no SNI, or another, gets no handshake.
            SNICallback: (name, done) => done(name === HOST ? null : new Error("unknown name"), undefined),
            cert: certificate.certificate,
            key: certificate.key,
        },
        answering(status, body),
    );
    return listening(server);
}

const look = (port: number, tls = true) => lookAt({ address: ADDRESS, port, hostname: HOST, tls }, 500);

const fingerprint = (issued: Issued) => new X509Certificate(issued.certificate).fingerprint256;

async function problem(
    port: number,
    expected: GateExpectation,
    now = new Date(),
): Promise<string | undefined> {
    return gateProblem(await look(port, expected.kind !== "plain"), expected, HOST, now);
}

describe("a look at a revision", () => {
    it("opens for the very certificate, with a model that is ready", async () => {
        const expected = { kind: "certificate", fingerprint: fingerprint(right) } as const;
        expect(await problem(await front(right), expected)).toBeUndefined();
        expect(await problem(await front(other), expected)).toBe(
            `it shows the certificate with the fingerprint ${fingerprint(other)}, not ${fingerprint(right)}`,
        );
        expect(await problem(await front(right, 503, error("ServiceUnavailable")), expected)).toBe(
            "its model is not ready (503 ServiceUnavailable)",
        );
        expect(await problem(await front(right, 502, "<html>"), expected)).toBe("it answers GET / with 502");
    });

    it("opens for any certificate that was issued for the name and is valid, and for no placeholder", async () => {
        const expected = { kind: "issued" } as const;
        expect(await problem(await front(right), expected)).toBeUndefined();
        expect(await problem(await front(other), expected)).toBeUndefined();
        expect(await problem(await front(elsewhere), expected)).toMatch(/not for score\.contoso\.test/);
        expect(await problem(await front(expired), expected)).toMatch(/is valid from .* only/);
        expect(await problem(await front(placeholder), expected)).toMatch(/not for score\.contoso\.test/);
        expect(await problem(await front(placeholder, 503, error("CertificatePending")), expected)).toMatch(
            /no certificate yet/,
        );
        expect(await problem(await front(right), expected, new Date(0))).toMatch(/is valid from/);
    });

    it("opens for a placeholder where the name has to lead there first, and still wants all of an issued one", async () => {
        const expected = { kind: "issued-later", from: new Date() } as const;
        const pending = await front(placeholder, 503, error("CertificatePending"));
        expect(await problem(pending, expected)).toBeUndefined();
        const later = { ...expected, from: new Date(Date.now() + 60_000) };
        expect(await problem(pending, later)).toMatch(/no certificate yet/);
        expect(await problem(await front(right), later)).toBeUndefined();
        expect(await problem(await front(right), expected)).toBeUndefined();
        expect(await problem(await front(right, 503, error("ServiceUnavailable")), expected)).toMatch(
            /not ready/,
        );
        expect(await problem(await front(placeholder), expected)).toMatch(/not for/);
    });

    it("opens for plain HTTP where that was asked for", async () => {
        const plain = (status: number, body: string) => listening(http.createServer(answering(status, body)));
        expect(await problem(await plain(200, "Healthy"), { kind: "plain" })).toBeUndefined();
        expect(await problem(await plain(503, error("ServiceUnavailable")), { kind: "plain" })).toMatch(
            /not ready/,
        );
    });
});

describe("a look at what is not there yet", () => {
    const expected = { kind: "issued" } as const;

    it("says that connections are refused", async () => {
        const port = await listening(net.createServer());
        open.pop()!.close();
        expect(await problem(port, expected)).toBe("it refuses connections");
    });

    it("says that connections break off", async () => {
        const port = await listening(net.createServer(socket => socket.resetAndDestroy()));
        expect(await problem(port, expected)).toBe("it breaks connections off");
    });

    it("does not wait for who never answers", async () => {
        const sockets: net.Socket[] = [];
        const port = await listening(net.createServer(socket => void sockets.push(socket)));
        expect(await problem(port, expected)).toBe("it did not answer within 0.5 seconds");
        for (const socket of sockets) socket.destroy();
    });

    it("does not take plain HTTP for TLS, nor the other way round", async () => {
        const plain = await listening(http.createServer(answering(200, "Healthy")));
        const seen: Sighting = await look(plain);
        expect(seen.kind).toBe("unreachable");
        expect(await problem(await front(right), { kind: "plain" })).toBeDefined();
    });
});
