import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkImages } from "../../../cli/verify/checks/images";
import { digestOf, REPOSITORY, startRegistry, type TestRegistry } from "../../support/registry";

let registry: TestRegistry;
let name: string;
beforeEach(async () => {
    registry = await startRegistry();
    name = `${registry.host}/${REPOSITORY}`;
    const tags = { "3.0": "c", "3.0.2": "a", "3.0.9": "b", "3.0.10": "c", "3.0.11-dev": "d", "3.2.1": "e" };
    for (const [tag, digit] of Object.entries(tags)) registry.digests.set(tag, digestOf(digit));
});
afterEach(() => registry.close());

const check = async (image: string, tagged: string | undefined = `${name}:3.0`) => {
    const [result] = await checkImages({ front: { image, tagged } }, 2_000);
    return result!;
};

describe("checkImages", () => {
    it("names the version of the newest image", async () => {
        const result = await check(`${name}@${digestOf("c")}`);
        expect(result).toMatchObject({ name: "front-image", outcome: "ok" });
        expect(result.seen).toBe(`3.0.10 (sha256:cccccccccccc), the newest image of ${name}:3.0`);
    });

    it("names the deployed and the newest version, compared as numbers, and how to renew", async () => {
        const result = await check(`${name}@${digestOf("b")}`);
        expect(result).toMatchObject({ outcome: "warning" });
        expect(result.seen).toMatch(/^3\.0\.9 \(sha256:b{12}\) is deployed; .* is now 3\.0\.10 /);
        expect(result.advice).toContain("pulumi config set imageRenewalTrigger");
    });

    it("shows the digest of an image without a version", async () => {
        expect((await check(`${name}@${digestOf("f")}`)).seen).toMatch(/^sha256:f{12} is deployed/);
    });

    it("compares the digests when the registry does not list the tags", async () => {
        registry.override = ({ url }, response) => url!.includes("/tags/") && !!response.writeHead(429).end();
        expect(await check(`${name}@${digestOf("b")}`)).toMatchObject({ outcome: "warning" });
        expect(await check(`${name}@${digestOf("c")}`)).toMatchObject({ outcome: "ok" });
    });

    it("warns about an image by tag, without a request", async () => {
        expect(await check(`${name}:3.0`)).toMatchObject({ outcome: "warning" });
        expect(registry.requests).toEqual([]);
    });

    it("is skipped when the registry cannot be asked", async () => {
        await registry.close();
        const result = await check(`${name}@${digestOf("c")}`);
        expect(result).toMatchObject({ outcome: "skipped" });
        expect(result.seen).toContain("cannot be reached (ECONNREFUSED)");
    });

    it("does not check images of the user, nor stacks without this output", async () => {
        expect(await checkImages({ front: { image: "contoso.azurecr.io/haproxy:3.0" } }, 2_000)).toEqual([]);
        expect(await checkImages(undefined, 2_000)).toEqual([]);
    });
});
