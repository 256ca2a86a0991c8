import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { RegistryClient } from "../../../components/registry/client";
import { RegistryError } from "../../../components/registry/http";
import { readTaggedImage } from "../../../components/registry/reference";
import { digestOf, REPOSITORY, startRegistry, type TestRegistry, TOKEN } from "../../support/registry";

let registry: TestRegistry;
beforeEach(async () => {
    registry = await startRegistry();
    registry.digests.set("3.0", digestOf("a"));
});
afterEach(async () => {
    vi.restoreAllMocks();
    await registry.close();
});

const client = (timeoutMs = 5_000, image = `${registry.host}/${REPOSITORY}:3.0`): RegistryClient =>
    new RegistryClient(readTaggedImage(image)!, timeoutMs);

/** The message of the error. */
async function problem(work: Promise<unknown>): Promise<string> {
    const error: unknown = await work.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(RegistryError);
    expect((error as Error).message).not.toContain(TOKEN);
    return (error as Error).message;
}

describe("readTaggedImage", () => {
    it.each([
        [
            "docker.io/a/b:3.0",
            { registry: "docker.io", repository: "a/b", tag: "3.0", name: "docker.io/a/b" },
        ],
        [
            "haproxy:3.0",
            { registry: "docker.io", repository: "library/haproxy", tag: "3.0", name: "haproxy" },
        ],
        ["localhost/a:1", { registry: "localhost", repository: "a", tag: "1", name: "localhost/a" }],
        ["[::1]:5000/a:1", { registry: "[::1]:5000", repository: "a", tag: "1", name: "[::1]:5000/a" }],
        ["r.io:5000/a/b:v1", { registry: "r.io:5000", repository: "a/b", tag: "v1", name: "r.io:5000/a/b" }],
    ])("reads %s", (image, parts) => expect(readTaggedImage(image)).toEqual(parts));

    it.each(["a/b", "r.io:5000/a", `a/b:1@${digestOf("a")}`, `a/b@${digestOf("a")}`, "", "a b:1"])(
        "finds no tag in %j",
        image => expect(readTaggedImage(image)).toBeUndefined(),
    );
});

describe("RegistryClient", () => {
    it("gets a token and reads the digest of the index, with one token for all requests", async () => {
        const one = client();
        expect(await one.digest("3.0")).toBe(digestOf("a"));
        expect(await one.digest("3.0")).toBe(digestOf("a"));
        const token = `GET /token?service=registry.test&scope=${encodeURIComponent(`repository:${REPOSITORY}:pull`)}`;
        const head = `HEAD /v2/${REPOSITORY}/manifests/3.0`;
        expect(registry.requests).toEqual([head, token, head, head]);
    });

    it("reads all pages of the tags", async () => {
        for (const tag of ["3.0.1", "3.0.2", "3.0.3", "3.0.4"]) registry.digests.set(tag, digestOf("b"));
        expect(await client().tags()).toEqual(["3.0", "3.0.1", "3.0.2", "3.0.3", "3.0.4"]);
    });

    it("uses HTTPS and Docker Hub's server for docker.io", async () => {
        const fetched = vi.spyOn(globalThis, "fetch").mockRejectedValue(new TypeError("fetch failed"));
        expect(await problem(client(5_000, "docker.io/a/b:3.0").digest("3.0"))).toBe("cannot be reached");
        expect(fetched.mock.calls[0]![0]).toEqual(
            new URL("https://registry-1.docker.io/v2/a/b/manifests/3.0"),
        );
    });

    it.each([
        [401, /requires a login \(status 401\)/],
        [403, /requires a login \(status 403\)/],
        [404, /does not have this image/],
        [429, /limits the number of requests/],
        [500, /returned status 500/],
    ])("reports status %d of the image", async (status, message) => {
        registry.override = ({ method, headers }, response) =>
            method === "HEAD" && headers.authorization !== undefined && !!response.writeHead(status).end();
        expect(await problem(client().digest("3.0"))).toMatch(message);
    });

    it.each([401, 429])("reports status %d of the token server", async status => {
        registry.override = ({ method }, response) => method === "GET" && !!response.writeHead(status).end();
        expect(await problem(client().digest("3.0"))).toContain(`status ${status}`);
    });

    it.each([
        ["no challenge", {}],
        ["basic", { "www-authenticate": 'Basic realm="r"' }],
        ["plain HTTP elsewhere", { "www-authenticate": 'Bearer realm="http://192.0.2.1/token"' }],
        ["a file", { "www-authenticate": 'Bearer realm="file:///etc/passwd"' }],
        ["a password", { "www-authenticate": 'Bearer realm="https://user:word@127.0.0.1/token"' }],
        ["no realm", { "www-authenticate": 'Bearer service="s"' }],
    ])("sends no request for a token with the challenge: %s", async (_, headers) => {
        registry.override = (_request, response) => !!response.writeHead(401, headers).end();
        await problem(client().digest("3.0"));
        expect(registry.requests).toHaveLength(1);
    });

    it.each([
        undefined,
        "",
        "sha256:abc",
        digestOf("A"),
        `sha512:${"a".repeat(128)}`,
        `${digestOf("a")}@evil`,
        `${digestOf("a")}, ${digestOf("b")}`,
    ])("refuses the digest %j", async digest => {
        registry.override = (_, response) =>
            !!response.writeHead(200, digest === undefined ? {} : { "docker-content-digest": digest }).end();
        expect(await problem(client().digest("3.0"))).toMatch(/returned (no|an invalid) digest/);
    });

    it.each(['{"token":"line\\r\\nbreak"}', '{"token":7}', "{}", "null", "no JSON", "", '{"token":""}'])(
        "refuses the token %j",
        async body => {
            registry.override = ({ method }, response) => method === "GET" && !!response.end(body);
            expect(await problem(client().digest("3.0"))).toMatch(/invalid (token|JSON)/);
        },
    );

    it("ends at a time limit, before and within the body", async () => {
        registry.override = () => true;
        expect(await problem(client(200).digest("3.0"))).toBe("did not answer in time");
        registry.override = ({ method }, response) => method === "GET" && response.write('{"token":');
        expect(await problem(client(200).digest("3.0"))).toBe("did not answer in time");
    });

    it("stops reading a body that does not end", async () => {
        registry.override = ({ method }, response) => {
            if (method !== "GET") return false;
            const more = (): void => void (response.destroyed || response.write("x".repeat(1 << 20), more));
            more();
            return true;
        };
        expect(await problem(client().digest("3.0"))).toBe("returned more than 8 MiB");
    });

    it("reports a registry that cannot be reached", async () => {
        await registry.close();
        expect(await problem(client().digest("3.0"))).toBe("cannot be reached (ECONNREFUSED)");
    });

    describe("redirects", () => {
        const redirectTo = (location: string): void => {
            registry.override = ({ url, headers }, response) =>
                url!.endsWith("/manifests/3.0") &&
                headers.authorization !== undefined &&
                !!response.writeHead(307, { location }).end();
        };

        it("follows one without the token to another server", async () => {
            const other = await startRegistry();
            let seen: unknown = "no request";
            other.override = ({ headers }, response) => {
                seen = headers.authorization;
                return !!response.writeHead(200, { "docker-content-digest": digestOf("c") }).end();
            };
            redirectTo(`http://${other.host}/elsewhere`);
            expect(await client().digest("3.0")).toBe(digestOf("c"));
            expect(seen).toBeUndefined();
            await other.close();
        });

        it("keeps the token on the same server", async () => {
            registry.digests.set("moved", digestOf("d"));
            redirectTo(`/v2/${REPOSITORY}/manifests/moved`);
            expect(await client().digest("3.0")).toBe(digestOf("d"));
        });

        it.each(["http://192.0.2.1/", "file:///etc/passwd", "ftp://127.0.0.1/", "http://"])(
            "refuses %s",
            async location => {
                redirectTo(location);
                expect(await problem(client().digest("3.0"))).toBe(
                    "redirects to an address that is not HTTPS",
                );
            },
        );

        it("ends a loop", async () => {
            redirectTo(`/v2/${REPOSITORY}/manifests/3.0`);
            expect(await problem(client().digest("3.0"))).toBe("redirects more than 3 times");
        });
    });
});
